/* tools/commands.h: what main.c's table runs, one file each (cmd_*.c).
 * Threads: one. */
#ifndef TOC_TOOLS_COMMANDS_H
#define TOC_TOOLS_COMMANDS_H

#include "tools/cli.h"

typedef toc_code toc_command_fn(toc_cli *cli, const toc_opts *args, toc_err *err);

toc_command_fn toc_cmd_init, toc_cmd_card, toc_cmd_card_change, toc_cmd_keys_rotate,
    toc_cmd_keys_escrow, toc_cmd_keys_restore, toc_cmd_keys_new, toc_cmd_officer_add,
    toc_cmd_officer_remove, toc_cmd_officer_list;
extern const toc_option toc_keys_new_options[], toc_officer_add_options[],
    toc_officer_remove_options[];
extern const toc_option toc_keys_escrow_options[], toc_keys_restore_options[];
extern const toc_option toc_card_change_options[], toc_keys_rotate_options[];
toc_command_fn toc_cmd_peer_add, toc_cmd_peer_list, toc_cmd_peers;
toc_command_fn toc_cmd_circle_create, toc_cmd_circle_join, toc_cmd_circle_admit,
    toc_cmd_circle_list, toc_cmd_circle_show;
toc_command_fn toc_cmd_address, toc_cmd_submit, toc_cmd_retract, toc_cmd_receipt, toc_cmd_audience,
    toc_cmd_shared;
extern const toc_option toc_audience_options[];
toc_command_fn toc_cmd_bundle, toc_cmd_verify;
extern const toc_option toc_bundle_options[], toc_verify_options[];
toc_command_fn toc_cmd_circle_choose, toc_cmd_circle_confirm;
extern const toc_option toc_circle_choose_options[];
toc_command_fn toc_cmd_circle_propose, toc_cmd_circle_proposals, toc_cmd_circle_proposal,
    toc_cmd_circle_endorse;
extern const toc_option toc_circle_propose_options[], toc_circle_endorse_options[];
toc_command_fn toc_cmd_erase, toc_cmd_order_add, toc_cmd_order_list, toc_cmd_order_lift,
    toc_cmd_legal_hold_add, toc_cmd_legal_hold_list, toc_cmd_legal_hold_lift;
extern const toc_option toc_erase_options[], toc_order_options[], toc_legal_hold_options[];
toc_command_fn toc_cmd_pending, toc_cmd_approve, toc_cmd_reject;
extern const toc_option toc_approve_options[], toc_reject_options[];
toc_command_fn toc_cmd_held, toc_cmd_recall, toc_cmd_release, toc_cmd_terms;
toc_command_fn toc_cmd_submit_transfer, toc_cmd_submit_incident, toc_cmd_submit_same_as,
    toc_cmd_submit_attribution, toc_cmd_submit_sighting, toc_cmd_submit_notice,
    toc_cmd_submit_clearance, toc_cmd_dispute, toc_cmd_inquire, toc_cmd_reply;
extern const toc_option toc_transfer_options[], toc_incident_options[], toc_same_as_options[],
    toc_attribution_options[], toc_sighting_options[], toc_notice_options[],
    toc_clearance_options[], toc_dispute_options[], toc_inquire_options[], toc_reply_options[];
toc_command_fn toc_cmd_audit;
toc_command_fn toc_cmd_lookup, toc_cmd_explain, toc_cmd_cluster, toc_cmd_incident, toc_cmd_search;
toc_command_fn toc_cmd_quality;
toc_command_fn toc_cmd_cluster_confirm, toc_cmd_cluster_split, toc_cmd_cluster_undo,
    toc_cmd_cluster_decisions;
toc_command_fn toc_cmd_status, toc_cmd_digest, toc_cmd_rebuild, toc_cmd_check, toc_cmd_stats,
    toc_cmd_log_check;
extern const toc_option toc_init_options[], toc_peer_add_options[], toc_circle_create_options[],
    toc_circle_admit_options[], toc_submit_options[], toc_retract_options[], toc_cluster_options[],
    toc_audit_options[], toc_decide_options[], toc_lookup_options[], toc_explain_options[],
    toc_incident_view_options[], toc_search_options[], toc_address_options[], toc_rebuild_options[];

#endif
