/* tocsin: everything a person or a script types. One row a command: dispatch, help and completion
 * come from it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "proto/answer/answer.h"
#include "proto/base/version.h"
#include "proto/crypto/secret.h"
#include "proto/rules/nearest.h"
#include "tools/commands.h"
#include "tools/help.h"
#include "tools/term/text.h"

static const toc_command commands[] = {
    {"init", "", "Make this org's keys, first card, store and configuration.",
     "tocsin init --name \"Example Exchange\" --kind exchange --country NL \\\n"
     "      --endpoint tcp://node.example.org:7473 --secret-file /root/passphrase",
     toc_init_options, toc_cmd_init},
    {"card change", "", "Put a card with another name, duty contact or endpoints in force.",
     "tocsin card change --duty \"+31 20 555 0100, day and night\"", toc_card_change_options,
     toc_cmd_card_change},
    {"card", "", "Print the own card, to give to others, and its fingerprint.",
     "tocsin card > example-exchange.card", NULL, toc_cmd_card},
    {"keys rotate", "", "Give the node new keys, on a card that the root signs.",
     "tocsin keys rotate --sign --cosign", toc_keys_rotate_options, toc_cmd_keys_rotate},
    {"keys escrow", "", "Write the root keys in shares, of which some give them back.",
     "tocsin keys escrow --shares 5 --threshold 3 --to /media/stick", toc_keys_escrow_options,
     toc_cmd_keys_escrow},
    {"keys restore", "SHARE…", "Make the root key file again from shares.",
     "tocsin keys restore share-1.txt share-4.txt share-5.txt", toc_keys_restore_options,
     toc_cmd_keys_restore},
    {"keys new", "FILE", "Make an officer's key, on the officer's own machine.",
     "tocsin keys new officer.key --org 3f2a… (64 digits) > officer.json", toc_keys_new_options,
     toc_cmd_keys_new},
    {"officer add", "FILE", "List an officer's key, as 'keys new' printed it, on the card.",
     "tocsin officer add officer.json --scope freeze --title \"duty officer\"",
     toc_officer_add_options, toc_cmd_officer_add},
    {"officer remove", "NUMBER", "Take an officer off the card and retire the key.",
     "tocsin officer remove 2", toc_officer_remove_options, toc_cmd_officer_remove},
    {"officer list", "", "List the officers on the card.", "tocsin officer list", NULL,
     toc_cmd_officer_list},
    {"peer add", "FILE", "Take the card of another org, and dial it.",
     "tocsin peer add police.card --endpoint tcp://192.0.2.7:7473", toc_peer_add_options,
     toc_cmd_peer_add},
    {"peer list", "", "List the orgs whose cards are held.", "tocsin peer list", NULL,
     toc_cmd_peer_list},
    {"peers", "", "Show how each link is, and what was refused and why.", "tocsin peers --json",
     NULL, toc_cmd_peers},
    {"circle create", "NAME", "Make a circle, with this org as its first admin.",
     "tocsin circle create north-sea --purpose \"stolen funds\"", toc_circle_create_options,
     toc_cmd_circle_create},
    {"circle join", "ID", "Take part in a circle whose admin gave its id.",
     "tocsin circle join 3f2a… (64 digits)", NULL, toc_cmd_circle_join},
    {"circle admit", "ORG", "Admit an org whose card is held (admins).",
     "tocsin circle admit \"Example Police\" --role member", toc_circle_admit_options,
     toc_cmd_circle_admit},
    {"circle propose", "", "Propose a change of a circle's charter to its admins (admins).",
     "tocsin circle propose --admit \"Example Police=observer\" --quorum 2",
     toc_circle_propose_options, toc_cmd_circle_propose},
    {"circle proposals", "", "List the changes that wait for signatures.",
     "tocsin circle proposals", NULL, toc_cmd_circle_proposals},
    {"circle proposal", "HASH|FILE", "Say what a proposal changes, and print it to give to others.",
     "tocsin circle proposal 3f2a9c0d > change.charter", NULL, toc_cmd_circle_proposal},
    {"circle endorse", "HASH|FILE", "Show a proposal and sign it (admins).",
     "tocsin circle endorse change.charter", toc_circle_endorse_options, toc_cmd_circle_endorse},
    {"circle confirm", "ORG",
     "Give a new reader this node's keys before the admission delay is over.",
     "tocsin circle confirm \"Example FIU\"", toc_circle_choose_options, toc_cmd_circle_confirm},
    {"circle choose", "HASH", "Of two valid charters of a circle, say which is followed.",
     "tocsin circle choose 3f2a9c0d1e2f3a4b (as circle show lists them; 8 digits or more)",
     toc_circle_choose_options, toc_cmd_circle_choose},
    {"circle list", "", "List the circles.", "tocsin circle list", NULL, toc_cmd_circle_list},
    {"circle show", "CIRCLE", "Show a circle's charter and members.",
     "tocsin circle show north-sea", NULL, toc_cmd_circle_show},
    {"submit transfer", "", "Report one movement of money.",
     "tocsin submit transfer --chain ETH --index-kind native \\\n"
     "      --tx 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060 \\\n"
     "      --from 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 \\\n"
     "      --to 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 \\\n"
     "      --asset ETH --amount 12.5 --time 2025-02-21T14:16:11Z",
     toc_transfer_options, toc_cmd_submit_transfer},
    {"submit incident", "SLUG", "Report what happened: a theft, a hack.",
     "tocsin submit incident bybit-2025 --occurred 2025-02-21 --status confirmed \\\n"
     "      --theft ETH:0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
     toc_incident_options, toc_cmd_submit_incident},
    {"submit same-as", "[ORG:]SLUG [ORG:]SLUG", "Say that two incidents are one event.",
     "tocsin submit same-as bybit-2025 \\\n"
     "      3f2a…:bybit-hack (64 digits of the org, as lookup --json has it)",
     toc_same_as_options, toc_cmd_submit_same_as},
    {"submit attribution", "[ADDRESS]", "Say who is behind a wallet or an incident.",
     "tocsin submit attribution --incident bybit-2025 --actor lazarus --basis court",
     toc_attribution_options, toc_cmd_submit_attribution},
    {"submit sighting", "ADDRESS", "Report that money came to an account, or left it.",
     "tocsin submit sighting 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --direction in \\\n"
     "      --tx 4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b \\\n"
     "      --index-kind output --index 0 --seen 2025-03-01T10:00:00Z",
     toc_sighting_options, toc_cmd_submit_sighting},
    {"submit notice", "ADDRESS", "Say that a wallet is a service's, and in what role.",
     "tocsin submit notice TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq --role hot --operator-org own",
     toc_notice_options, toc_cmd_submit_notice},
    {"submit clearance", "ADDRESS", "Say that a wallet was checked and found ordinary.",
     "tocsin submit clearance 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --checked 2025-03-01",
     toc_clearance_options, toc_cmd_submit_clearance},
    {"submit", "FILE… | wallet ADDRESS",
     "Report wallets, clusters, and in JSON Lines claims of every kind; only what is new is "
     "written.",
     "tocsin submit stolen.csv\n"
     "  tocsin submit wallet 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --category theft \\\n"
     "      --actor lazarus --list ofac-sdn",
     toc_submit_options, toc_cmd_submit},
    {"dispute", "CLAIM", "Object to another org's claim; it stays, and shows as disputed.",
     "tocsin dispute 9c1f… (64 digits, as lookup --ids has them) --reason wrong-party \\\n"
     "      --note \"a customer's deposit address\"",
     toc_dispute_options, toc_cmd_dispute},
    {"inquire", "CLAIM", "Ask another org for the basis of its claim.",
     "tocsin inquire 9c1f… (64 digits) --note \"which transaction?\"", toc_inquire_options,
     toc_cmd_inquire},
    {"reply", "INQUIRY", "Answer an inquiry about an own claim.",
     "tocsin reply 07ab… (64 digits) --basis own-records --note \"see the annex\"",
     toc_reply_options, toc_cmd_reply},
    {"retract", "ADDRESS | --claim ID | --file FILE",
     "Take back what this org said, of a wallet or in any claim.",
     "tocsin retract 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --category theft \\\n"
     "      --reason false-positive",
     toc_retract_options, toc_cmd_retract},
    {"erase", "CLAIM…",
     "Take the text of own claims back from everybody who has it (admins of the node).",
     "tocsin erase 9c1f… (64 digits, as lookup --ids has them) --reason \"a customer's request\"",
     toc_erase_options, toc_cmd_erase},
    {"order add", "CLAIM…",
     "Delete here what a court or authority orders, and refuse what comes of it (admins).",
     "tocsin order add 9c1f… (64 digits) --reference \"AG Berlin, 7 Gs 1/26\"", toc_order_options,
     toc_cmd_order_add},
    {"order list", "", "The orders that this node follows.", "tocsin order list", NULL,
     toc_cmd_order_list},
    {"order lift", "CLAIM…", "End an order; what it deleted is asked for again (admins).",
     "tocsin order lift 9c1f… (64 digits)", NULL, toc_cmd_order_lift},
    {"legal-hold add", "CLAIM…",
     "Let nothing of a claim be erased here, whoever asks, until it is lifted (admins).",
     "tocsin legal-hold add 9c1f… (64 digits) --reference \"StA Köln, 5 Js 3/26\"",
     toc_legal_hold_options, toc_cmd_legal_hold_add},
    {"legal-hold list", "", "The claims that are under a legal hold.", "tocsin legal-hold list",
     NULL, toc_cmd_legal_hold_list},
    {"legal-hold lift", "CLAIM…", "End a legal hold; what was to be erased goes now (admins).",
     "tocsin legal-hold lift 9c1f… (64 digits)", NULL, toc_cmd_legal_hold_lift},
    {"audience", "[ID]",
     "Who gets to read a claim, a record, a draft or a marking, who not and why.",
     "tocsin audience --tlp RED --releasable-to \"Org B\"", toc_audience_options, toc_cmd_audience},
    {"shared", "WALLET", "What this org wrote about a wallet, who may read it, and who holds it.",
     "tocsin shared 0x098B716B8Aaf21512996dC57EB0615e2383E2f96", NULL, toc_cmd_shared},
    {"receipt", "RECORD", "Show who holds a record, and since when at the latest.",
     "tocsin receipt 320ebb58… (64 digits, as lookup --ids has it)", NULL, toc_cmd_receipt},
    {"bundle", "RECORD", "Write a record with everything that proves it to a third party.",
     "tocsin bundle 320ebb58… (64 digits) --output exhibit-7.tocsin\n"
     "  tocsin bundle 320ebb58… --output exhibit-7.tocsin --direct   (while the node is down)",
     toc_bundle_options, toc_cmd_bundle},
    {"verify", "FILE", "Check a bundle, without a node: who wrote it, who held it, what is proven.",
     "tocsin verify exhibit-7.tocsin --org zocf-g4db-ygwb-jw5b-wb6a-fosq-gevf-vndi",
     toc_verify_options, toc_cmd_verify},
    {"held", "", "Submissions that wait for their moment (submit --hold).", "tocsin held", NULL,
     toc_cmd_held},
    {"recall", "ID", "Take a held submission back, before anything of it is written.",
     "tocsin recall 3f2a9c0d1e2f3a4b (or all 64 digits, as submit --hold told them)", NULL,
     toc_cmd_recall},
    {"release", "ID", "Let a held submission go out now.", "tocsin release 3f2a9c0d1e2f3a4b", NULL,
     toc_cmd_release},
    {"pending", "[DRAFT]", "What waits for officers to approve it, or one draft as a whole.",
     "tocsin pending 3f2a9c0d1e2f3a4b", NULL, toc_cmd_pending},
    {"approve", "[DRAFT]", "Approve a draft as an officer, after seeing all that is signed.",
     "tocsin approve 3f2a9c0d1e2f3a4b --key /media/stick/officer-2.key", toc_approve_options,
     toc_cmd_approve},
    {"reject", "DRAFT", "Reject a draft as an officer: it ends.",
     "tocsin reject 3f2a9c0d1e2f3a4b --reason \"wrong wallet\"", toc_reject_options,
     toc_cmd_reject},
    {"lookup", "ADDRESS|TRANSACTION…",
     "What is known of a wallet, in any spelling, or of a transaction ('-': from stdin).",
     "tocsin lookup bitcoin:3Lpoy53K625zVeE47ZasiG5jGkAxJ27kh1", toc_lookup_options,
     toc_cmd_lookup},
    {"explain", "ADDRESS…", "How a wallet's score comes about, and what would change it.",
     "tocsin explain 0x098B716B8Aaf21512996dC57EB0615e2383E2f96", toc_explain_options,
     toc_cmd_explain},
    {"cluster confirm", "ADDRESS ADDRESS",
     "Decide for this node that two wallets are under one control.",
     "tocsin cluster confirm 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 \\\n"
     "      0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 --note \"one seizure, both keys\"",
     toc_decide_options, toc_cmd_cluster_confirm},
    {"cluster split", "ADDRESS ADDRESS",
     "Decide for this node that two wallets are not under one control.",
     "tocsin cluster split 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 \\\n"
     "      0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 --note \"two customers\"",
     toc_decide_options, toc_cmd_cluster_split},
    {"cluster undo", "ADDRESS ADDRESS", "Take back what this node decided of two wallets.",
     "tocsin cluster undo 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 \\\n"
     "      0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
     NULL, toc_cmd_cluster_undo},
    {"cluster decisions", "", "List what this node decided of wallets.",
     "tocsin cluster decisions --json", NULL, toc_cmd_cluster_decisions},
    {"cluster", "ADDRESS…", "The wallets held to be under one control with this one.",
     "tocsin cluster 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --members 20", toc_cluster_options,
     toc_cmd_cluster},
    {"incident", "SLUG…",
     "What is said of an incident: joins, loss, wallets, clusters, and what happened when.",
     "tocsin incident bybit-2025", toc_incident_view_options, toc_cmd_incident},
    {"quality", "[ORG]", "How sound what each org said has been: disputed, taken back, first.",
     "tocsin quality \"Example Exchange\"", NULL, toc_cmd_quality},
    {"search", "", "Live claims by what they say.",
     "tocsin search --actor lazarus --chain ETH --from 2025-02-21", toc_search_options,
     toc_cmd_search},
    {"address", "TEXT…", "What is this string: chain, kind, canonical spelling, or why not.",
     "tocsin address TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq\n"
     "  tocsin address --recover TRX:ta3941ufavmvibskq6fmjxxmasnovx86mz\n"
     "  tocsin address --near 0xa4b2fd68593b6f34e51cb9edb66e71c1b4ab449e - < payees.txt",
     toc_address_options, toc_cmd_address},
    {"terms", "[TABLE]",
     "The words that claims may use, and what GraphSense, MISP and STIX call them.",
     "tocsin terms category", NULL, toc_cmd_terms},
    {"status", "", "Is the node running, is it level, how full is it.", "tocsin status", NULL,
     toc_cmd_status},
    {"store digest", "", "The digest of the views: equal where two nodes know the same.",
     "tocsin store digest --json", NULL, toc_cmd_digest},
    {"store rebuild", "", "Drop the views and fold them anew from the log.", "tocsin store rebuild",
     toc_rebuild_options, toc_cmd_rebuild},
    {"store check", "", "Check the views against their own digest.", "tocsin store check --direct",
     NULL, toc_cmd_check},
    {"store stats", "", "Rows and bytes of log and views.", "tocsin store stats", NULL,
     toc_cmd_stats},
    {"audit", "",
     "Who asked for what here, what was written for it, and whether anybody changed that.",
     "tocsin audit --since 2025-02-21 --wallet 0x098B716B8Aaf21512996dC57EB0615e2383E2f96\n"
     "  tocsin audit --record 3f2a…            (a record or a claim: who wrote, approved, read "
     "it)\n"
     "  tocsin audit --checkpoint > audit-2025-02.note   (to be kept on another machine)\n"
     "  tocsin audit --verify --kept audit-2025-02.note",
     toc_audit_options, toc_cmd_audit},
    {"log check", "", "Recompute every hash of the log and verify every signed head.",
     "tocsin log check --direct", NULL, toc_cmd_log_check},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

/* The command that the first words name; *out_used of them. */
static const toc_command *find(int argc, char **argv, int *out_used)
{
    for (const toc_command *c = commands; c->name != NULL; c++) {
        const char *second = strchr(c->name, ' ');
        size_t first_size = second == NULL ? strlen(c->name) : (size_t)(second - c->name);
        if (strlen(argv[1]) != first_size || strncmp(argv[1], c->name, first_size) != 0)
            continue;
        if (second == NULL || (argc > 2 && strcmp(argv[2], second + 1) == 0)) {
            *out_used = second == NULL ? 2 : 3;
            return c;
        }
    }
    return NULL;
}

/* Whether commands of two words begin with this one: 'circle'. */
static bool is_group(const char *word)
{
    size_t size = strlen(word);
    for (const toc_command *c = commands; c->name != NULL; c++) {
        if (strncmp(c->name, word, size) == 0 && c->name[size] == ' ')
            return true;
    }
    return false;
}

static toc_code half_command(const char *word, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf seconds = {0};
    size_t size = strlen(word);
    for (const toc_command *c = commands; c->name != NULL; c++) {
        if (strncmp(c->name, word, size) == 0 && c->name[size] == ' ')
            toc_buf_printf(&seconds, "%s%s", seconds.size == 0 ? "" : ", ", c->name + size + 1);
    }
    return toc_fail(err, TOC_USAGE,
                    "a second word is missing behind '%s', one of: %s (tocsin %s --help)", word,
                    toc_buf_text(&seconds), word);
}

/* The nearest command: of one word to the first that was given, of two to both. */
static toc_code unknown_command(int argc, char **argv, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf said = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    const char *second = argc > 2 && argv[2][0] != '-' ? argv[2] : NULL;
    if (argv[1][0] == '-')
        return toc_fail(err, TOC_USAGE,
                        "the command comes first, its options after it: tocsin COMMAND --option … "
                        "(tocsin --help lists all)");
    if (second == NULL && is_group(argv[1]))
        return half_command(argv[1], err);
    toc_buf_printf(&words, "%.40s %.40s", argv[1], second == NULL ? "" : second);
    toc_nearest one = toc_nearest_to(toc_span_text(argv[1]));
    toc_nearest two = toc_nearest_to(toc_buf_view(&words));
    for (const toc_command *c = commands; c->name != NULL; c++) {
        char first[32];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(c->name, " "), c->name);
        if (strchr(c->name, ' ') == NULL || second == NULL)
            toc_nearest_try(&one, first, c->name);
        else
            toc_nearest_try(&two, c->name, c->name);
    }
    bool both = second != NULL && two.distance <= one.distance;
    toc_term_add(&said, both ? toc_buf_view(&words) : toc_span_text(argv[1]));
    return toc_fail(err, TOC_USAGE,
                    "'%.100s' is no command; nearest is '%s' (tocsin --help lists all)",
                    toc_buf_text(&said), both ? two.found : one.found);
}

static toc_code run(const toc_command *command, int argc, char **argv, toc_cli *cli, toc_err *err)
{
    TOC_AUTO(toc_opts_wipe) toc_opts args = {0};
    TOC_TRY(toc_opts_parse(command, argc, argv, cli, &args, err));
    if (toc_opts_has(&args, "help")) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_help_command(command, &text);
        return toc_print(&text, err);
    }
    TOC_TRY(toc_crypto_start(err));
    return command->run(cli, &args, err);
}

/* What stands where a command would: help, version, completion. */
static bool about_itself(int argc, char **argv, toc_buf *out)
{
    bool help = argc > 1 && strcmp(argv[1], "help") == 0;
    int used;
    const toc_command *command = help && argc > 2 ? find(argc - 1, argv + 1, &used) : NULL;
    if (command != NULL) {
        toc_help_command(command, out);
        return true;
    }
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || (help && argc == 2)) {
        toc_help_all(commands, out);
        return true;
    }
    int first = help ? 2 : 1; /* 'help circle', 'circle --help' */
    if (argc == 3 && (help || strcmp(argv[2], "--help") == 0) && is_group(argv[first]) &&
        find(2, argv + first - 1, &used) == NULL) {
        toc_help_group(commands, argv[first], out);
        return true;
    }
    if (strcmp(argv[1], "--version") == 0) {
        toc_buf_add_text(out, "tocsin " TOC_VERSION "\n");
        return true;
    }
    if (argc == 3 && strcmp(argv[1], "completion") == 0 && strcmp(argv[2], "bash") == 0) {
        toc_completion_bash(commands, out);
        return true;
    }
    return false;
}

static toc_code go(int argc, char **argv, toc_cli *cli, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (about_itself(argc, argv, &text)) {
        cli->exit = argc < 2 ? TOC_EXIT_USAGE : TOC_EXIT_DONE;
        return toc_print(&text, err);
    }
    int used;
    const toc_command *command = find(argc, argv, &used);
    int help = strcmp(argv[1], "help") == 0 ? 1 : 0; /* what stands after it is none */
    if (command == NULL)
        return unknown_command(argc - help, argv + help, err);
    return run(command, argc - used, argv + used, cli, err);
}

static void tell(const toc_cli *cli, const toc_err *why)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_term_add(&text, toc_span_text(why->text));
    (void)fflush(stdout); /* what was shown before stands before it */
    fprintf(stderr, "tocsin: %s\n", toc_buf_text(&text));
    if (!cli->json)
        return;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_error(why, &line);
    if (toc_print(&line, NULL) != TOC_OK)
        fputs("tocsin: stdout is closed\n", stderr);
}

int main(int argc, char **argv)
{
    toc_cli cli = {.exit = TOC_EXIT_DONE};
    toc_err why = {0};
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error with a sentence */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may grow no further */
    toc_code code = go(argc, argv, &cli, &why);
    if (code != TOC_OK)
        tell(&cli, &why);
    if (fflush(stdout) != 0 && code == TOC_OK) {
        fprintf(stderr, "tocsin: write to stdout: %s\n", strerror(errno));
        return TOC_EXIT_FAILED;
    }
    return code == TOC_OK ? (int)cli.exit : (int)toc_exit_of(code);
}
