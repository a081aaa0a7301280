"""Writes of funding: programmes, agreements and their shares, money received, pledges, audits, commitments of orders."""

from carnet.funding.operations._agreements import amend_shares, close_agreement, sign_agreement
from carnet.funding.operations._audits import end_engagement, engage_auditor
from carnet.funding.operations._balances import FoundBalance, approve_balance, keep_balances, refuse_balance, state_balance
from carnet.funding.operations._commitments import Committed, commit_order, release_commitment
from carnet.funding.operations._funds import set_fund_threshold, watch_fund
from carnet.funding.operations._grace import extend_grace
from carnet.funding.operations._money import record_money_received, withdraw_money_received
from carnet.funding.operations._pledges import join_pledge, record_pledge, sign_pledge, withdraw_pledge
from carnet.funding.operations._programmes import change_programme, create_programme, end_programme
from carnet.funding.operations._publics import set_public_target
from carnet.funding.operations._studies import decide_state_share

__all__ = [
    "Committed",
    "FoundBalance",
    "amend_shares",
    "approve_balance",
    "change_programme",
    "close_agreement",
    "commit_order",
    "create_programme",
    "decide_state_share",
    "end_engagement",
    "end_programme",
    "engage_auditor",
    "extend_grace",
    "join_pledge",
    "keep_balances",
    "record_money_received",
    "record_pledge",
    "refuse_balance",
    "release_commitment",
    "set_fund_threshold",
    "set_public_target",
    "sign_agreement",
    "sign_pledge",
    "state_balance",
    "watch_fund",
    "withdraw_money_received",
    "withdraw_pledge",
]
