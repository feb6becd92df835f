/* The control socket: what is answered, who may ask, and peers and circles over it. */
#include <sys/stat.h>

#include "node/control_state.h"
#include "proto/answer/writer.h"
#include "tests/unit/node/talk.h"

#define HEAD     "chain,address,category,actor,confidence\n"
#define ROW_ETH  "ETH," LAZARUS ",theft,lazarus-group,90\n"
#define ROW_BTC  "BTC," WASABI ",sanctions,,80\n"
#define ROW_TRON "TRON," TRON ",theft,,70\n"

/* ---- questions ---- */

static void status_tells_who_the_node_is_and_how_it_does(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    await_level(*state);
    ask(*state, "{\"command\":\"status\"}", NULL, &got);
    assert_string_equal(got.text, "");
    assert_int_equal(got.count, 1);
    assert_string_equal(text_of(got.lines[0], "org_name"), "Example Exchange");
    assert_int_equal(strlen(text_of(got.lines[0], "org")), 64);
    assert_int_equal(strlen(text_of(got.lines[0], "digest")), 64);
    assert_int_equal(number_of(got.lines[0], "entries"), 0);
    assert_int_equal(number_of(got.lines[0], "spool"), 0);
    assert_int_equal(number_of(got.lines[0], "pid"), getpid());
    assert_int_equal(json_array_size(json_object_get(got.lines[0], "circles")), 1);
}

static void a_request_that_makes_no_sense_is_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *request, *code, *word;
    } cases[] = {
        {"no json", "malformed", "JSON"},
        {"[]", "malformed", "object"},
        {"{}", "usage", "command"},
        {"{\"command\":7}", "usage", "command"},
        {"{\"command\":\"make-tea\"}", "usage", "make-tea"},
        {"{\"command\":\"status\",\"colour\":\"red\"}", "usage", "colour"},
        {"{\"command\":\"lookup\"}", "usage", "queries"},
        {"{\"command\":\"lookup\",\"queries\":\"x\"}", "usage", "queries"},
        {"{\"command\":\"lookup\",\"queries\":[1]}", "usage", "queries"},
        {"{\"command\":\"search\",\"limit\":-1}", "usage", "limit"},
        {"{\"command\":\"search\",\"chain\":\"nowhere\"}", "not-found", "nowhere"},
        {"{\"command\":\"search\",\"from\":\"yesterday\"}", "malformed", "from"},
        {"{\"command\":\"receipt\"}", "usage", "record"},
        {"{\"command\":\"receipt\",\"record\":\"00\"}", "usage", "record"},
        {"{\"command\":\"receipt\",\"record\":\"00000000000000000000000000000000"
         "00000000000000000000000000000000\"}",
         "not-found", "lookup"},
        {"{\"command\":\"circle-join\",\"circle\":\"abc\"}", "usage", "circle"},
        {"{\"command\":\"circle-show\",\"circle\":\"none\"}", "not-found", "none"},
        {"{\"command\":\"status\",\"command\":\"peers\"}", "malformed", "duplicate"},
    };
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(*state);
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(answer_wipe) answer got = {0};
        say(client, TOC_CONTROL_REQUEST,
            cases[i].request); /* on one connection, one after another */
        read_answer(client, &got);
        assert_string_equal(got.code, cases[i].code);
        if (strstr(got.text, cases[i].word) == NULL)
            fail_msg("'%s' does not say '%s'", got.text, cases[i].word);
    }
}

static void what_is_no_address_is_answered_beside_what_is_one(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    ask(*state, "{\"command\":\"lookup\",\"queries\":[\"nonsense\",\"" WASABI "\"]}", NULL, &got);
    assert_int_equal(got.count, 2);
    assert_string_equal(text_of(got.lines[0], "query"), "nonsense");
    assert_string_equal(text_of(json_object_get(got.lines[0], "error"), "code"), "malformed");
    assert_true(json_is_false(json_object_get(got.lines[1], "found")));
    assert_string_equal(text_of(got.lines[1], "canonical"), WASABI);
}

static void a_text_that_fits_several_chains_is_answered_in_one_line(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer none = {0};
    submit(*state, 'a', "", HEAD "BTC," WASABI ",sanctions,,40\nBCH," WASABI ",theft,,95\n", 2, 0,
           0);
    await_level(*state);
    ask(*state, "{\"command\":\"lookup\",\"queries\":[\"" WASABI "\",\"nonsense\"]}", NULL, &got);
    assert_int_equal(got.count, 2);
    const json_t *best = got.lines[0];
    const json_t *candidates = json_object_get(best, "candidates");
    assert_true(json_is_true(json_object_get(best, "found")));
    assert_true(json_array_size(candidates) >= 2);
    long long highest = 0, found = 0;
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *one = json_array_get(candidates, i);
        highest = number_of(one, "score") > highest ? number_of(one, "score") : highest;
        found += json_is_true(json_object_get(one, "found")) ? 1 : 0;
        assert_true(text_of(one, "chain")[0] != '\0');
    }
    assert_int_equal(found, 2);
    assert_true(highest > 0);
    assert_int_equal(number_of(best, "score"), highest);
    assert_string_equal(text_of(json_array_get(json_object_get(best, "categories"), 0), "category"),
                        "theft");
    assert_int_equal(number_of(got.lines[1], "score"), 0);
    assert_true(json_is_null(json_object_get(got.lines[1], "subject")));
    assert_true(json_is_null(json_object_get(got.lines[1], "canonical")));
    assert_true(json_is_array(json_object_get(got.lines[1], "claims")));
    assert_true(json_is_array(json_object_get(got.lines[1], "categories")));
    ask(*state, "{\"command\":\"lookup\",\"queries\":[\"bitcoin:" WASABI "\"]}", NULL, &none);
    assert_int_equal(none.count, 1);
    assert_null(json_object_get(none.lines[0], "candidates"));
}

/* ---- peers and circles ---- */

static void add_peer_request(const toc_test_node *peer, const char *endpoint, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    toc_card_armour(toc_buf_view(&peer->card), &armour);
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "command", toc_span_text("peer-add"));
    toc_json_text(&json, "card", toc_buf_view(&armour));
    toc_json_open(&json, "endpoints", '[');
    toc_json_text(&json, NULL, toc_span_text(endpoint));
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
}

static void refused_peer(toc_test_node *node, const toc_test_node *peer, const char *endpoint,
                         const char *code)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    add_peer_request(peer, endpoint, &request);
    ask(node, toc_buf_text(&request), NULL, &got);
    assert_string_equal(got.code, code);
}

static void a_peer_is_added_listed_and_admitted_by_name(void **state)
{
    toc_test_node peer;
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    answer got;
    toc_test_node_make("Beta Police", &peer);
    refused_peer(*state, &peer, "http://127.0.0.1:9", "malformed");
    refused_peer(*state, *state, "tcp://127.0.0.1:9", "usage"); /* itself */
    add_peer_request(&peer, "tcp://127.0.0.1:9", &request);
    ask(*state, toc_buf_text(&request), NULL, &got);
    assert_string_equal(text_of(got.lines[0], "name"), "Beta Police");
    answer_wipe(&got);
    ask(*state, "{\"command\":\"peer-list\"}", NULL, &got);
    assert_int_equal(got.count, 1);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(got.lines[0], "endpoints"), 0)),
        "tcp://127.0.0.1:9");
    answer_wipe(&got);
    ask(*state, "{\"command\":\"peers\"}", NULL, &got);
    assert_int_equal(got.count, 2); /* strangers, and the peer never heard of */
    answer_wipe(&got);
    ask(*state, "{\"command\":\"circle-admit\",\"org\":\"Beta Police\",\"role\":\"member\"}", NULL,
        &got);
    assert_string_equal(got.text, "");
    assert_int_equal(number_of(got.lines[0], "version"), 2);
    answer_wipe(&got);
    ask(*state, "{\"command\":\"circle-show\",\"circle\":\"test circle\"}", NULL, &got);
    assert_int_equal(json_array_size(json_object_get(got.lines[0], "members")), 2);
    assert_string_equal(text_of(json_object_get(got.lines[0], "policy"), "tlp_max"), "RED");
    answer_wipe(&got);
    toc_test_node_remove(&peer);
}

/* ---- care ---- */

static void checks_pass_and_a_rebuild_gives_the_same_digest(void **state)
{
    answer got;
    char before[65], after[65];
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC ROW_TRON, 3, 0, 0);
    await_level(*state);
    ask(*state, "{\"command\":\"digest\"}", NULL, &got);
    snprintf(before, sizeof before, "%s", text_of(got.lines[0], "digest"));
    assert_int_equal(number_of(got.lines[0], "wallets"), 3);
    answer_wipe(&got);
    static const char *const rebuilds[] = {"{\"command\":\"rebuild\"}",
                                           "{\"command\":\"rebuild\",\"shuffle\":7}"};
    for (size_t i = 0; i < TOC_COUNT(rebuilds); i++) {
        ask(*state, rebuilds[i], NULL, &got);
        snprintf(after, sizeof after, "%s", text_of(got.lines[0], "digest"));
        answer_wipe(&got);
        assert_string_equal(before, after);
    }
    static const char *const checks[] = {"{\"command\":\"check\"}", "{\"command\":\"log-check\"}"};
    for (size_t i = 0; i < TOC_COUNT(checks); i++) {
        ask(*state, checks[i], NULL, &got);
        assert_string_equal(got.text, "");
        assert_true(json_is_true(json_object_get(got.lines[0], "ok")));
        answer_wipe(&got);
    }
    ask(*state, "{\"command\":\"stats\"}", NULL, &got);
    assert_int_equal(number_of(json_object_get(got.lines[0], "views"), "claim_rows"), 3);
    answer_wipe(&got);
}

/* ---- who may ---- */

static bool is_served(void *context)
{
    answer got;
    ask(context, "{\"command\":\"circle-list\"}", NULL, &got);
    bool served = got.code[0] == '\0';
    answer_wipe(&got);
    return served;
}

static void the_sixty_fifth_caller_is_told_to_come_again(void **state)
{
    toc_node_client *callers[TOC_CONTROL_CLIENTS_MAX];
    answer got;
    for (size_t i = 0; i < TOC_COUNT(callers); i++) {
        callers[i] = call(*state);
        say(callers[i], TOC_CONTROL_REQUEST, "{\"command\":\"circle-list\"}");
        read_answer(callers[i], &got);
        assert_string_equal(got.text, "");
        answer_wipe(&got);
    }
    toc_node_client *late = call(*state);
    say(late, TOC_CONTROL_REQUEST, "{\"command\":\"circle-list\"}");
    read_answer(late, &got);
    assert_string_equal(got.code, "full");
    toc_node_disconnect(late);
    for (size_t i = 0; i < TOC_COUNT(callers); i++)
        toc_node_disconnect(callers[i]);
    toc_test_wait("there is a place again", 10, is_served, *state);
}

static void rights_on_the_socket_are_by_user_and_reload(void **state)
{
    enum { NOBODY = 65534 };
    static const char list[] = "{\"command\":\"circle-list\"}";
    static const char create[] = "{\"command\":\"circle-create\",\"name\":\"another\"}";
    toc_test_node *node = *state;
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    assert_int_equal(chmod(node->folder, 0755), 0);
    assert_int_equal(chmod(node->socket, 0666), 0);
    assert_true(answers_as(node, NOBODY, list, "allow_uid"));
    toc_config config = node->config;
    config.uids[config.uid_count++] = NOBODY;
    toc_control_reload(node->control, &config);
    assert_true(answers_as(node, NOBODY, list, "test circle"));
    assert_true(answers_as(node, NOBODY, create, "admin_uid"));
    config.admin_gids[config.admin_gid_count++] = NOBODY;
    toc_control_reload(node->control, &config);
    assert_true(answers_as(node, NOBODY, create, "another"));
}

/* Asks on one connection, and again when it is told to; 0 when the second answer has the word. */
static pid_t start_asking_twice(const toc_test_node *node, unsigned uid, const char *request,
                                const char *word, int go[2], int asked[2])
{
    static const char program[] = "import os,socket,struct,sys\n"
                                  "s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1])\n"
                                  "q=sys.argv[2].encode()\n"
                                  "def ask():\n"
                                  " s.sendall(struct.pack('>I',len(q)+1)+b'Q'+q)\n"
                                  " a=b''\n"
                                  " while b'Z{' not in a and a[4:5]!=b'E':\n"
                                  "  more=s.recv(65536)\n"
                                  "  if not more: break\n"
                                  "  a+=more\n"
                                  " return a\n"
                                  "ok=ask()[4:5]==b'A'\n"
                                  "os.write(1,b'1' if ok else b'0')\n"
                                  "os.read(0,1)\n"
                                  "sys.exit(0 if sys.argv[3].encode() in ask() else 1)\n";
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(go[0], 0);
        (void)dup2(asked[1], 1);
        if (setgid(uid) == 0 && setuid(uid) == 0)
            execlp("python3", "python3", "-c", program, node->socket, request, word, (char *)NULL);
        _exit(77);
    }
    return child;
}

static void rights_end_while_their_owner_is_connected(void **state)
{
    enum { NOBODY = 65534 };
    toc_test_node *node = *state;
    int go[2], asked[2], status;
    char first = 0;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(node->folder, 0755), 0);
    assert_int_equal(chmod(node->socket, 0666), 0);
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(asked), 0);
    toc_config config = node->config;
    config.uids[config.uid_count++] = NOBODY;
    toc_control_reload(node->control, &config);
    pid_t child =
        start_asking_twice(node, NOBODY, "{\"command\":\"circle-list\"}", "allow_uid", go, asked);
    close(asked[1]);
    assert_int_equal(read(asked[0], &first, 1), 1);
    assert_int_equal(first, '1');
    toc_control_reload(node->control, &node->config);
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(asked[0]);
    close(go[0]);
    close(go[1]);
}

/* Calls sixty times and is told of each whether it may talk; then the first byte says of how many.
 */
static pid_t start_calling(const toc_test_node *node, unsigned uid, int go[2], int called[2])
{
    static const char program[] = "import os,socket,struct,sys\n"
                                  "q=b'{\"command\":\"lookup\",\"queries\":[]}'\n"
                                  "def call():\n"
                                  " s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1])\n"
                                  " s.sendall(struct.pack('>I',len(q)+1)+b'Q'+q)\n"
                                  " return s,b'at once' not in s.recv(65536)\n"
                                  "calls=[call() for _ in range(60)]\n"
                                  "os.write(1,bytes([sum(heard for _,heard in calls)]))\n"
                                  "os.read(0,1)\n";
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(go[1]); /* so that it ends with this program, too */
        (void)dup2(go[0], 0);
        (void)dup2(called[1], 1);
        if (setgid(uid) == 0 && setuid(uid) == 0)
            execlp("python3", "python3", "-c", program, node->socket, (char *)NULL);
        _exit(77);
    }
    return child;
}

static bool is_hung_up_on(void *context)
{
    toc_control *control = ((toc_test_node *)context)->control;
    pthread_mutex_lock(&control->mutex);
    bool ended = control->talks != NULL && control->talks->ended;
    pthread_mutex_unlock(&control->mutex);
    return ended;
}

static void who_does_not_read_is_hung_up_on(void **state)
{
    enum { QUERIES = 8192 }; /* their answers are more than a socket holds */
    toc_test_node *node = *state;
    toc_err err;
    toc_control_type type = TOC_CONTROL_LINE;
    toc_span payload;
    toc_code code = TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_buf_add_text(&request, "{\"command\":\"lookup\",\"queries\":[\"nonsense\"");
    for (size_t i = 1; i < QUERIES; i++)
        toc_buf_add_text(&request, ",\"nonsense\"");
    toc_buf_add_text(&request, "]}");
    node->control->send_ms = 100;
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(node);
    say(client, TOC_CONTROL_REQUEST, toc_buf_text(&request));
    TOC_CHECK_OK(toc_node_receive(client, &type, &payload, &err)); /* its talk is the first now */
    toc_test_wait("the caller is hung up on", 30, is_hung_up_on, node);
    while (code == TOC_OK && type == TOC_CONTROL_LINE)
        code = toc_node_receive(client, &type, &payload, &err);
    assert_int_equal(code, TOC_UNREACHABLE);
    assert_true(is_served(node));
}

static void audiences_leave_officers_a_place(void **state)
{
    enum { NOBODY = 65534 };
    toc_test_node *node = *state;
    int go[2], called[2], status;
    uint8_t heard = 0;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(node->folder, 0755), 0);
    assert_int_equal(chmod(node->socket, 0666), 0);
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(called), 0);
    toc_config config = node->config;
    toc_config_audience *guests = &config.audiences[config.audience_count++];
    *guests = (toc_config_audience){.name = "guests", .uids = {NOBODY}, .uid_count = 1};
    toc_control_reload(node->control, &config);
    pid_t child = start_calling(node, NOBODY, go, called);
    close(called[1]);
    assert_int_equal(read(called[0], &heard, 1), 1);
    assert_int_equal(heard, TOC_CONTROL_GUESTS_MAX);
    assert_true(is_served(node));
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(called[0]);
    close(go[0]);
    close(go[1]);
}

static toc_code fork_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    toc_log_txn *txn = context;
    bool fresh;
    toc_fork fork = {
        .feed = {.circle = circle->id, .lane = TOC_LANE_BULK, .generation = circle->generation},
        .index = 1};
    TOC_TRY(toc_log_owner(txn, &fork.feed.org, err));
    return toc_log_fork_put(txn, &fork, (toc_time){1700000040000}, &fresh, err);
}

/* Between two runs: the own bulk feed turns out to be forked, from its first record on. */
static void fork_own_feed(toc_test_node *node)
{
    toc_err err;
    char path[TOC_TEMPDIR_BYTES + 16];
    toc_log *log = NULL;
    toc_log_txn *txn = NULL;
    toc_test_node_stop(node);
    snprintf(path, sizeof path, "%s/store", node->folder);
    TOC_CHECK_OK(toc_log_open(path, NULL, node->key, &log, &err));
    TOC_CHECK_OK(toc_log_write(log, &txn, &err));
    TOC_CHECK_OK(toc_log_circles(txn, fork_circle, txn, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    toc_log_close(log);
    toc_test_node_start_all(node);
}

static void expect_fork(const json_t *forks)
{
    assert_int_equal(json_array_size(forks), 1);
    const json_t *fork = json_array_get(forks, 0);
    assert_string_equal(text_of(fork, "lane"), "bulk");
    assert_int_equal(number_of(fork, "from"), 1);
    assert_string_equal(text_of(fork, "since"), "2023-11-14T22:14:00Z");
    assert_non_null(strstr(text_of(fork, "text"), "which part at entry 1"));
}

/* One line of the audit tells of records, of this one alone. */
static void expect_about(const answer *audit, const json_t *claim)
{
    size_t found = 0;
    assert_string_equal(audit->code, "");
    for (size_t i = 0; i < audit->count; i++) {
        const json_t *about = json_object_get(audit->lines[i], "about");
        const json_t *record = json_array_get(about, 0);
        if (about == NULL)
            continue;
        found++;
        assert_int_equal(json_array_size(about), 1);
        assert_string_equal(text_of(record, "record"), text_of(claim, "record"));
        assert_true(json_is_true(json_object_get(record, "forked")));
    }
    assert_int_equal(found, 1);
}

/* In one set of words at every door (docs/decisions/0087). `claim`: as it was told before. */
static void told_of_it(toc_test_node *node, const json_t *claim)
{
    static const char *const by[] = {"claim", "record"};
    char request[160];
    TOC_AUTO(answer_wipe) answer receipt = {0};
    TOC_AUTO(answer_wipe) answer readers = {0};
    TOC_AUTO(answer_wipe) answer shared = {0};
    snprintf(request, sizeof request, "{\"command\":\"receipt\",\"record\":\"%s\"}",
             text_of(claim, "record"));
    ask(node, request, NULL, &receipt);
    assert_true(json_is_true(json_object_get(receipt.lines[0], "forked")));
    expect_fork(json_object_get(receipt.lines[0], "forks"));
    for (size_t i = 0; i < TOC_COUNT(by); i++) {
        TOC_AUTO(answer_wipe) answer audit = {0};
        snprintf(request, sizeof request, "{\"command\":\"audit\",\"record\":\"%s\"}",
                 text_of(claim, by[i]));
        ask(node, request, NULL, &audit);
        expect_about(&audit, claim);
    }
    TOC_AUTO(answer_wipe) answer audit = {0};
    ask(node, "{\"command\":\"audit\",\"wallet\":\"" LAZARUS "\"}", NULL, &audit);
    expect_about(&audit, claim);
    ask(node, "{\"command\":\"shared\",\"wallet\":\"" LAZARUS "\"}", NULL, &shared);
    assert_int_equal(shared.count, 1);
    assert_true(json_is_true(json_object_get(shared.lines[0], "forked")));
    snprintf(request, sizeof request, "{\"command\":\"audience\",\"id\":\"%s\"}",
             text_of(claim, "record"));
    ask(node, request, NULL, &readers);
    assert_string_equal(readers.code, "");
}

/* Whoever gets a bundle believes its author: of two histories neither is his for certain. */
static void no_bundle_is_made_of_what_a_fork_disputes(void **state)
{
    toc_test_node *node = *state;
    char request[160];
    TOC_AUTO(answer_wipe) answer known = {0};
    TOC_AUTO(answer_wipe) answer before = {0};
    TOC_AUTO(answer_wipe) answer after = {0};
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer explained = {0};
    TOC_AUTO(answer_wipe) answer circle = {0};
    submit(node, 'a', "", HEAD ROW_ETH, 1, 0, 0);
    await_level(node);
    ask(node, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\"]}", NULL, &known);
    const json_t *claim = json_array_get(json_object_get(known.lines[0], "claims"), 0);
    snprintf(request, sizeof request, "{\"command\":\"bundle\",\"record\":\"%s\"}",
             text_of(claim, "record"));
    ask(node, request, NULL, &before);
    assert_string_equal(before.code, "");
    fork_own_feed(node);
    await_level(node);
    ask(node, request, NULL, &after);
    assert_string_equal(after.code, "state");
    assert_non_null(strstr(after.text, "two histories"));
    ask(node, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\"]}", NULL, &found);
    assert_int_equal(json_array_size(json_object_get(found.lines[0], "claims")), 0);
    assert_int_equal(number_of(found.lines[0], "forked_total"), 1);
    expect_fork(json_object_get(found.lines[0], "forks"));
    ask(node, "{\"command\":\"explain\",\"queries\":[\"" LAZARUS "\"]}", NULL, &explained);
    expect_fork(json_object_get(explained.lines[0], "forks"));
    told_of_it(node, claim);
    ask(node, "{\"command\":\"circle-show\"}", NULL, &circle);
    const json_t *member = json_array_get(json_object_get(circle.lines[0], "members"), 0);
    expect_fork(json_object_get(member, "forks"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_in_circle, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_tells_who_the_node_is_and_how_it_does),
        TEST(a_request_that_makes_no_sense_is_refused_with_a_sentence),
        TEST(what_is_no_address_is_answered_beside_what_is_one),
        TEST(a_text_that_fits_several_chains_is_answered_in_one_line),
        TEST(no_bundle_is_made_of_what_a_fork_disputes),
        TEST(a_peer_is_added_listed_and_admitted_by_name),
        TEST(checks_pass_and_a_rebuild_gives_the_same_digest),
        TEST(the_sixty_fifth_caller_is_told_to_come_again),
        TEST(rights_on_the_socket_are_by_user_and_reload),
        TEST(rights_end_while_their_owner_is_connected),
        TEST(who_does_not_read_is_hung_up_on),
        TEST(audiences_leave_officers_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
