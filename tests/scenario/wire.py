"""A TCP proxy between two nodes that keeps every byte of either direction."""

import socket
import threading


class Proxy:
    """Listens on a port of its own and forwards to `target`. `first_frames`: what each dialler said first."""

    def __init__(self, target):
        self.target = target
        self.captured = []         # chunks of both directions
        self.first_frames = []     # bytes of the first chunk of each connection
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port}"

    def accept(self):
        while True:
            try:
                inside, _ = self.listener.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self.target)
            except OSError:
                inside.close()
                continue
            threading.Thread(target=self.pump, args=(inside, outside, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(outside, inside, False), daemon=True).start()

    def pump(self, source, sink, from_dialler):
        first = from_dialler
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                with self.lock:
                    self.captured.append(data)
                    if first:
                        self.first_frames.append(data)
                first = False
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def bytes(self):
        with self.lock:
            return b"".join(self.captured)

    def close(self):
        self.listener.close()
