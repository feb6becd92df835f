#include "proto/roll/endpoint.h"

#include <arpa/inet.h>

#include "proto/base/text.h"

enum { HOST_BYTES_MAX = 253, LABEL_BYTES_MAX = 63, PORT_MAX = 65535 };

static toc_code refuse(toc_span endpoint, const char *problem, toc_err *err)
{
    int shown = endpoint.size < 80 ? (int)endpoint.size : 80;
    for (size_t i = 0; i < (size_t)shown; i++) {
        if (endpoint.data[i] < 0x20 || endpoint.data[i] > 0x7E)
            return toc_fail(err, TOC_MALFORMED, "endpoint: %s", problem);
    }
    return toc_fail(err, TOC_MALFORMED, "endpoint '%.*s': %s", shown, (const char *)endpoint.data,
                    problem);
}

static bool take_scheme(toc_span endpoint, const char *scheme, toc_span *out_rest)
{
    size_t size = strlen(scheme);
    if (endpoint.size < size || memcmp(endpoint.data, scheme, size) != 0)
        return false;
    *out_rest = toc_span_of(endpoint.data + size, endpoint.size - size);
    return true;
}

static bool is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter(uint8_t character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool label_valid(toc_span label)
{
    if (label.size == 0 || label.size > LABEL_BYTES_MAX || label.data[0] == '-' ||
        label.data[label.size - 1] == '-')
        return false;
    for (size_t i = 0; i < label.size; i++) {
        if (!is_letter(label.data[i]) && !is_digit(label.data[i]) && label.data[i] != '-')
            return false;
    }
    return true;
}

/* The address text as inet_pton reads it; no name service is asked. */
static bool address_valid(int family, toc_span text)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t address[16];
    if (text.size == 0 || text.size >= sizeof copy || memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return inet_pton(family, copy, address) == 1;
}

static bool all_digits(toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]))
            return false;
    }
    return true;
}

/* What ends in a label of digits is an address to every resolver, so it must be one ("1.2.3" is
 * 1.2.0.3 to some). */
static bool host_valid(toc_span host)
{
    if (host.size == 0 || host.size > HOST_BYTES_MAX)
        return false;
    toc_span label = {0};
    for (size_t start = 0, i = 0; i <= host.size; i++) {
        if (i < host.size && host.data[i] != '.')
            continue;
        label = toc_span_of(host.data + start, i - start);
        if (!label_valid(label))
            return false;
        start = i + 1;
    }
    return !all_digits(label) || address_valid(AF_INET, host);
}

static toc_code check_port(toc_span endpoint, toc_span port, toc_err *err)
{
    uint64_t number = 0;
    if (toc_u64_parse(port, PORT_MAX, &number, NULL) != TOC_OK || number == 0)
        return refuse(endpoint, "the port is not a number from 1 to 65535", err);
    return TOC_OK;
}

static toc_code check_tcp(toc_span endpoint, toc_span rest, toc_err *err)
{
    bool bracket = rest.size > 0 && rest.data[0] == '[';
    size_t host_end = 0;
    while (host_end < rest.size && rest.data[host_end] != (bracket ? ']' : ':'))
        host_end++;
    size_t colon = host_end + (bracket ? 1 : 0);
    if (colon >= rest.size || rest.data[colon] != ':')
        return refuse(endpoint, "not tcp://host:port", err);
    if (bracket && !address_valid(AF_INET6, toc_span_of(rest.data + 1, host_end - 1)))
        return refuse(endpoint, "no IPv6 address between the brackets", err);
    if (!bracket && !host_valid(toc_span_of(rest.data, host_end)))
        return refuse(endpoint, "neither a host name nor an IPv4 address", err);
    return check_port(endpoint, toc_span_of(rest.data + colon + 1, rest.size - colon - 1), err);
}

static toc_code check_ipc(toc_span endpoint, toc_span path, toc_err *err)
{
    size_t position;
    if (path.size == 0 || path.data[0] != '/')
        return refuse(endpoint, "ipc:// takes an absolute path", err);
    if (path.size > TOC_IPC_PATH_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "endpoint: a path of %zu bytes, at most %u", path.size,
                        TOC_IPC_PATH_BYTES_MAX);
    for (size_t i = 0; i < path.size; i++) {
        if (path.data[i] < 0x20 || path.data[i] == 0x7F)
            return refuse(endpoint, "a control character in the path", err);
    }
    if (!toc_utf8_valid(path, &position))
        return refuse(endpoint, "the path is not UTF-8", err);
    return TOC_OK;
}

toc_code toc_endpoint_check(toc_span endpoint, toc_err *err)
{
    toc_span rest;
    if (take_scheme(endpoint, "tcp://", &rest))
        return check_tcp(endpoint, rest, err);
    if (take_scheme(endpoint, "ipc://", &rest))
        return check_ipc(endpoint, rest, err);
    return refuse(endpoint, "begins neither with tcp:// nor with ipc://", err);
}
