"""The audit trail in words. Rows keep codes; the words are made when they are shown, in the reader's language."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import group

ACTIONS = {
    "create": gettext_lazy("Entered"),
    "change": gettext_lazy("Changed"),
    "remove": gettext_lazy("Removed"),
    "record_past": gettext_lazy("Recorded after the fact"),
    "withdraw_past": gettext_lazy("Taken back"),
    "import_send": gettext_lazy("File sent"),
    "import_store": gettext_lazy("Rows stored"),
    "import_drop": gettext_lazy("File dropped"),
    "import_undo": gettext_lazy("Taken back"),
    "set_up": gettext_lazy("Portal set up"),
    "set_password": gettext_lazy("New password set"),
    "deactivate": gettext_lazy("Closed"),
    "reactivate": gettext_lazy("Opened again"),
    "grant_role": gettext_lazy("Role given"),
    "withdraw_grant": gettext_lazy("Role withdrawn"),
    "end_grant": gettext_lazy("Role ended"),
    "create_secret": gettext_lazy("Secret made"),
    "revoke_secret": gettext_lazy("Secret revoked"),
    "submit": gettext_lazy("Submitted for approval"),
    "register": gettext_lazy("Registered with the ministry"),
    "give_opinion": gettext_lazy("Opinion given"),
    "appraise": gettext_lazy("Base appraisal concluded"),
    "reject": gettext_lazy("Rejected"),
    "ministry_appraise": gettext_lazy("Appraised by the ministry"),
    "ministry_return": gettext_lazy("Returned by the ministry"),
    "ministry_reject": gettext_lazy("Rejected by the ministry"),
    "contract": gettext_lazy("Under contract"),
    "void": gettext_lazy("Set aside"),
    "liquidate": gettext_lazy("Contract liquidated"),
    "settle": gettext_lazy("Settled"),
    "ask_adjustment": gettext_lazy("Adjustment asked for"),
    "decide": gettext_lazy("Adjustment decided"),
    "refuse": gettext_lazy("Adjustment refused"),
    "adjust": gettext_lazy("Adjusted"),
    "return": gettext_lazy("Returned"),
    "approve": gettext_lazy("Decision recorded"),
    "start": gettext_lazy("Started"),
    "accept": gettext_lazy("Acceptance recorded"),
    "close": gettext_lazy("Closed"),
    "stop": gettext_lazy("Stopped"),
    "report": gettext_lazy("Progress reported"),
    "confirm": gettext_lazy("Confirmed"),
    "sign": gettext_lazy("Signed"),
    "meet": gettext_lazy("Recorded as done"),
    "remind": gettext_lazy("Reminded to report"),
    "add_photo": gettext_lazy("Photo added"),
    "add_decision": gettext_lazy("Further decision recorded"),
    "give_budget": gettext_lazy("Budget given"),
    "allocate": gettext_lazy("Money allocated"),
    "allocation": gettext_lazy("Money allocated"),
    "pay": gettext_lazy("Payment recorded"),
    "payment": gettext_lazy("Payment recorded"),
    "advance": gettext_lazy("Advance recorded"),
    "clearing": gettext_lazy("Advance cleared"),
    "recovery": gettext_lazy("Unspent advance recovered"),
    "delivery": gettext_lazy("Money delivered to the establishment"),
    "return_money": gettext_lazy("Money returned"),
    "cancel_budget": gettext_lazy("Budget cancelled"),
    "carry_over": gettext_lazy("Carried over to the next year"),
    "give_back": gettext_lazy("Unspent money given back to the budget"),
    "correct": gettext_lazy("Corrected by a counter-entry"),
    "correction": gettext_lazy("Corrected by a counter-entry"),
    "request": gettext_lazy("Requested"),
    "make": gettext_lazy("Report made"),
    "make_again": gettext_lazy("Report made again"),
    "publish": gettext_lazy("Published"),
    "lock": gettext_lazy("Records locked"),
    "open_engagement": gettext_lazy("Audit opened"),
    "close_engagement": gettext_lazy("Audit closed"),
    "draw_sample": gettext_lazy("Sample drawn"),
    "upload_template": gettext_lazy("Template put in place"),
    "withdraw_template": gettext_lazy("Template withdrawn"),
    "supersede": gettext_lazy("Superseded by a newer version"),
    "replace_rule": gettext_lazy("Replaced by a later version"),
    "correct_rule": gettext_lazy("Mistake put right"),
    "end_rule": gettext_lazy("End set"),
}

CHANNELS = {
    "page": gettext_lazy("on a page"),
    "api": gettext_lazy("through the API"),
    "job": gettext_lazy("by a job in the background"),
    "command": gettext_lazy("by a command on the server"),
}

FIELDS = {
    "state": gettext_lazy("State"),
    "name": gettext_lazy("Name"),
    "full_name": gettext_lazy("Full name"),
    "code": gettext_lazy("Code"),
    "type": gettext_lazy("Type"),
    "kind": gettext_lazy("Kind"),
    "year": gettext_lazy("Year"),
    "programme": gettext_lazy("Programme"),
    "plan_line": gettext_lazy("Plan line"),
    "area": gettext_lazy("Place"),
    "agency": gettext_lazy("Agency"),
    "implementing_unit": gettext_lazy("Implementing unit"),
    "beneficiaries": gettext_lazy("Beneficiaries"),
    "activities": gettext_lazy("Activities"),
    "estimate": gettext_lazy("Estimate"),
    "budget_lines": gettext_lazy("Budget table"),
    "planned_results": gettext_lazy("Planned results"),
    "results": gettext_lazy("Achieved results"),
    "investment_vnd": gettext_lazy("Total investment"),
    "starts_on": gettext_lazy("Starts on"),
    "ends_on": gettext_lazy("Ends on"),
    "repeat_reason": gettext_lazy("Why supported again"),
    "partner": gettext_lazy("Partner unit"),
    "paper": gettext_lazy("Paper"),
    "recommendation": gettext_lazy("Recommendation"),
    "support_vnd": gettext_lazy("Support recommended"),
    "support_national_vnd": gettext_lazy("National support in all"),
    "support_local_vnd": gettext_lazy("Local support in all"),
    "party_a": gettext_lazy("Party A"),
    "party_b": gettext_lazy("Party B"),
    "value_vnd": gettext_lazy("Value"),
    "annex_of": gettext_lazy("Annex to"),
    "aim": gettext_lazy("Aim and main content"),
    "amount_vnd": gettext_lazy("Amount"),
    "source": gettext_lazy("Source"),
    "establishment": gettext_lazy("Establishment"),
    "document_no": gettext_lazy("Document number"),
    "document_on": gettext_lazy("Document date"),
    "budget": gettext_lazy("Budget"),
    "budget_year": gettext_lazy("Budget year"),
    "decision": gettext_lazy("Decision"),
    "money": gettext_lazy("Money"),
    "number": gettext_lazy("Number"),
    "issuer": gettext_lazy("Issued by"),
    "decided_on": gettext_lazy("Decided on"),
    "batch": gettext_lazy("Batch"),
    "on": gettext_lazy("As of"),
    "value_invested_vnd": gettext_lazy("Value invested so far"),
    "money_spent_vnd": gettext_lazy("Money spent so far"),
    "percent": gettext_lazy("Percent"),
    "note": gettext_lazy("Note"),
    "photo": gettext_lazy("Photo"),
    "file": gettext_lazy("File"),
    "tax_code": gettext_lazy("Tax code"),
    "address": gettext_lazy("Address"),
    "representative": gettext_lazy("Legal representative"),
    "main_product": gettext_lazy("Main product"),
    "headcount": gettext_lazy("Workers"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"),
    "position": gettext_lazy("Position"),
    "username": gettext_lazy("Account"),
    "role": gettext_lazy("Role"),
    "hint": gettext_lazy("Last characters"),
    "lines": gettext_lazy("Lines of the plan"),
    "valid_from": gettext_lazy("First day"),
    "valid_to": gettext_lazy("Last day"),
    "scopes": gettext_lazy("Scopes"),
    "may_publish": gettext_lazy("May publish"),
    "is_active": gettext_lazy("Open"),
    "province": gettext_lazy("Province"),
    "administrator": gettext_lazy("Administrator"),
    "version": gettext_lazy("Version"),
    "sha256": gettext_lazy("Hash (SHA-256)"),
    "period": gettext_lazy("Period"),
    "subject": gettext_lazy("Subject"),
    "total": gettext_lazy("Learners"),
    "women": gettext_lazy("Women"),
    "superseded_by": gettext_lazy("Superseded by"),
    "locked_through": gettext_lazy("Locked through"),
    "auditors": gettext_lazy("Auditors"),
    "years": gettext_lazy("Budget years"),
    "projects": gettext_lazy("Projects"),
    "size": gettext_lazy("How many"),
    "seed": gettext_lazy("Seed of the draw"),
    "form": gettext_lazy("Paper"),
    "title": gettext_lazy("Title"),
    "reporting_starts_on": gettext_lazy("Reporting starts on"),
    "stated_percent": gettext_lazy("Percentage typed"),
    "percent_reason": gettext_lazy("Why the percentage is another"),
    "legal_basis": gettext_lazy("Legal basis"),
    "verified": gettext_lazy("Verified"),
    "evidence": gettext_lazy("Where it was seen"),
    "step": gettext_lazy("What must be done"),
    "before": gettext_lazy("Before"),
    "deadline_day": gettext_lazy("Day of the deadline"),
    "deadline_month": gettext_lazy("Month of the deadline"),
    "deadline_years": gettext_lazy("Year of the deadline"),
    "change": gettext_lazy("What changes"),
    "authority": gettext_lazy("Decided by"),
    "activity": gettext_lazy("Activity"),
    "group": gettext_lazy("Group of activities"),
    "tier": gettext_lazy("Tier"),
    "condition": gettext_lazy("Condition"),
    "activity_text": gettext_lazy("What is supported"),
    "beneficiary_text": gettext_lazy("Who is supported"),
    "ceiling_amount_vnd": gettext_lazy("Ceiling"),
    "ceiling_percent": gettext_lazy("Percent of cost"),
    "unit": gettext_lazy("Unit"),
    "multiplier_of": gettext_lazy("Multiple of the norm"),
    "multiplier": gettext_lazy("Times"),
    "cap_scope": gettext_lazy("The amount counts for"),
    "norm_code": gettext_lazy("Norm that it raises"),
    "coefficient": gettext_lazy("Coefficient"),
    "difficulties": gettext_lazy("Difficulties"),
    "proposals": gettext_lazy("Proposals"),
    "person": gettext_lazy("Person"),
    "inspected_on": gettext_lazy("Day of the inspection"),
    "inspectors": gettext_lazy("Who inspected"),
    "place": gettext_lazy("Place"),
    "findings": gettext_lazy("Findings"),
    "minutes_on": gettext_lazy("Date of the minutes"),
    "file_name": gettext_lazy("File"),
    "created": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "requirements": gettext_lazy("What is asked for"),
    "done_on": gettext_lazy("Done on"),
    "corrects": gettext_lazy("Puts right"),
    "counts_on": gettext_lazy("Counts in reports from"),
    "corrects_reason": gettext_lazy("Reason for the correction"),
}

VALUES = {
    "draft": gettext_lazy("Draft"),
    "submitted": gettext_lazy("Submitted"),
    "returned": gettext_lazy("Returned for completion"),
    "registered": gettext_lazy("Registered with the ministry"),
    "appraised": gettext_lazy("Appraised at base level"),
    "ministry_appraised": gettext_lazy("Appraised by the ministry"),
    "approved": gettext_lazy("Approved"),
    "contracted": gettext_lazy("Under contract"),
    "liquidated": gettext_lazy("Contract liquidated"),
    "settled": gettext_lazy("Settled"),
    "rejected": gettext_lazy("Rejected"),
    "asked": gettext_lazy("Asked for"),
    "decided": gettext_lazy("Decided"),
    "refused": gettext_lazy("Refused"),
    "in_progress": gettext_lazy("In progress"),
    "accepted": gettext_lazy("Accepted"),
    "closed": gettext_lazy("Closed"),
    "stopped": gettext_lazy("Stopped"),
    "reported": gettext_lazy("Reported"),
    "confirmed": gettext_lazy("Confirmed"),
    "signed": gettext_lazy("Signed and closed"),
    "published": gettext_lazy("Published"),
    "superseded": gettext_lazy("Superseded"),
    "national": gettext_lazy("National funds"),
    "local": gettext_lazy("Local funds"),
    "counterpart": gettext_lazy("Counterpart funds"),
    "other": gettext_lazy("Other funds"),
}

# Codes that are words only where they stand.
_STEPS = {
    "submit": gettext_lazy("Submit for approval"),
    "register": gettext_lazy("Register with the ministry"),
    "appraise": gettext_lazy("Conclude the base appraisal"),
    "return": gettext_lazy("Return for completion"),
    "reject": gettext_lazy("Reject"),
    "ministry_appraise": gettext_lazy("Record the ministry's appraisal"),
    "ministry_return": gettext_lazy("The ministry asks for completion"),
    "ministry_reject": gettext_lazy("The ministry rejects"),
    "approve": gettext_lazy("Record the decision"),
    "contract": gettext_lazy("Record that the contracts are signed"),
    "start": gettext_lazy("Start"),
    "accept": gettext_lazy("Record acceptance"),
    "liquidate": gettext_lazy("Record the liquidation"),
    "settle": gettext_lazy("Record the settlement"),
    "close": gettext_lazy("Close"),
    "stop": gettext_lazy("Stop the project"),
}
OF_FIELD = {
    "cap_scope": {
        "project": gettext_lazy("each project anew"),
        "establishment": gettext_lazy("an establishment over time, from the source of the norm"),
        "establishment_all": gettext_lazy("an establishment over time, from national and local money together"),
        "unknown": gettext_lazy("not known: its text was not seen"),
    },
    "step": _STEPS,
    "before": _STEPS,
    "change": {
        "more_money": gettext_lazy("More support"),
        "less_money": gettext_lazy("Support that stays or falls"),
        "content": gettext_lazy("Other content"),
        "next_year": gettext_lazy("Extension into the next year"),
        "dates": gettext_lazy("Other dates within the year"),
        "place": gettext_lazy("Another place"),
        "beneficiary": gettext_lazy("Another beneficiary"),
        "partner": gettext_lazy("Another partner unit"),
        "approve": gettext_lazy("Approval of a project"),
        "add": gettext_lazy("Adding a project"),
        "stop": gettext_lazy("Stopping a project"),
    },
    "authority": {
        "ministry": gettext_lazy("Ministry"),
        "ministry_department": gettext_lazy("Unit of the ministry"),
        "provincial_committee": gettext_lazy("People's committee of the province"),
        "department": gettext_lazy("Department of industry and trade"),
    },
    "role": {
        "administrator": gettext_lazy("Administrator"),
        "officer": gettext_lazy("Officer of the department"),
        "leader": gettext_lazy("Leader of the department"),
        "accountant": gettext_lazy("Accountant"),
        "centre": gettext_lazy("Industrial-extension centre"),
        "collaborator": gettext_lazy("Collaborator"),
        "ministry": gettext_lazy("Ministry"),
        "auditor": gettext_lazy("Inspector or auditor"),
    },
    "type": {
        "single": gettext_lazy("Single project"),
        "group": gettext_lazy("Group project"),
        "flagship": gettext_lazy("Flagship project"),
        "task": gettext_lazy("Task"),
    },
    "recommendation": {
        "approve": gettext_lazy("Fit to be supported"),
        "complete": gettext_lazy("To be completed"),
        "reject": gettext_lazy("Not to be supported"),
    },
    "kind": {
        "implementation": gettext_lazy("Implementation contract"),
        "support": gettext_lazy("Support contract"),
        "contractor": gettext_lazy("Contract with a contractor"),
        "enterprise": gettext_lazy("Enterprise"),
        "cooperative": gettext_lazy("Cooperative"),
        "cooperative_group": gettext_lazy("Cooperative group"),
        "household": gettext_lazy("Household business"),
        "artisan": gettext_lazy("Artisan"),
        "new_skill": gettext_lazy("New vocational training"),
        "upgrade": gettext_lazy("Upgrading of skills"),
        "management": gettext_lazy("Management and energy saving"),
        "brand": gettext_lazy("Brands and trade marks"),
        "other": gettext_lazy("Other subject"),
    },
}

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def action(code: str) -> str:
    return str(ACTIONS.get(code, code.replace("_", " ")))


def channel(code: str) -> str:
    return str(CHANNELS.get(code, code))


def actor(kind: str, label: str) -> str:
    return _("the portal itself") if kind == "system" else label


def field(name: str) -> str:
    return str(FIELDS.get(name, name.replace("_", " ")))


def value(name: str, found: Any, choices: Mapping[Any, Any] | None = None) -> str:
    """One value as people write it; nothing for «was empty». `choices`: the words of the field's codes."""
    if choices and isinstance(found, str) and found in choices:
        return str(choices[found])
    if found is None or found == "" or found == []:
        return ""
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, int):
        return group(found) if name.endswith("_vnd") or name in VALUES else str(found)
    if isinstance(found, dict):
        return "; ".join(f"{VALUES.get(key, key)}: {value(f'{key}_vnd', item)}" for key, item in found.items())
    if isinstance(found, list):
        return "; ".join(value(name, item) for item in found)
    text = str(found)
    if _DATE.fullmatch(text):
        return dt.date.fromisoformat(text).strftime("%d/%m/%Y")
    if _DATE.match(text) and "T" in text:
        return timezone.localtime(dt.datetime.fromisoformat(text)).strftime("%H:%M %d/%m/%Y")
    return str(OF_FIELD.get(name, VALUES).get(text, text))
