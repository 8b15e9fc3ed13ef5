"""An administrator puts the office's own templates in place; what is hostile or incomplete is refused, and said why."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from jinja2 import Environment

from audit import words
from audit.models import Entry
from core import clock
from core.errors import Invalid, NotAllowed, WrongState
from files import packages
from files import word as rendering
from files.packages import Refused
from files.template_fields import absent, sample
from files.word import fill, text_of, trial
from papers.catalogue import FORMS
from papers.models import PaperTemplate
from papers.services import TemplateData, load_papers, upload_template, withdraw_template
from tests import factories
from tests.papers import making
from tests.projects.lives import browser

FORM = FORMS["contract"]


def upload(place: factories.Place, people: factories.People, content: bytes, **fields: Any) -> PaperTemplate:
    data = TemplateData(**{"form": "contract", "title": "Mẫu của Sở", "content": content, **fields})
    return upload_template(place.province, data, actor=people.administrator)


def refused(content: bytes, context: dict[str, Any] | None = None) -> str:
    with pytest.raises(Refused) as caught:
        trial(content, context or sample(FORM.whole))
    return caught.value.code


# --- what comes with the portal ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", FORMS)
def test_a_template_of_the_portal_holds_everything_its_paper_needs(code: str) -> None:
    form = FORMS[code]
    assert len(form.holds) >= 12
    assert absent(trial(making.shipped(code), sample(form.whole)), list(form.holds), form.whole) == []


def test_templates_of_the_portal_are_those_of_the_layouts() -> None:
    sys.path.insert(0, str(settings.BASE_DIR))
    from tools.paper_templates import made

    for code, form in FORMS.items():
        assert made(form) == making.shipped(code), f"run tools/paper_templates.py: {code}"


@pytest.mark.django_db
def test_loading_twice_makes_one_version_and_a_changed_file_another(
    settings: Any, tmp_path: Path, place: factories.Place
) -> None:
    assert load_papers() == len(FORMS)
    load_papers()
    assert PaperTemplate.objects.count() == len(FORMS)
    assert set(PaperTemplate.objects.values_list("verified", flat=True)) == {"no"}
    (tmp_path / "papers").mkdir()
    for code in FORMS:
        (tmp_path / "papers" / f"{code}.docx").write_bytes(making.shipped(code))
    (tmp_path / "papers" / "contract.docx").write_bytes(making.whole("contract"))
    settings.REFERENCE_DATA_DIR = tmp_path
    load_papers()
    newest = PaperTemplate.objects.holding("contract", place.province.pk, "local", clock.today())
    assert newest is not None and newest.version == 2
    assert PaperTemplate.objects.count() == len(FORMS) + 1


# --- an office's own --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_office_s_own_template_holds_from_its_day_and_is_recorded(
    place: factories.Place, people: factories.People
) -> None:
    def holding(source: str = "local", on: Any = None) -> PaperTemplate | None:
        return PaperTemplate.objects.holding("contract", place.province.pk, source, on or clock.today())

    before = holding()
    row = upload(place, people, making.whole("contract"), checked=True)
    assert holding() == row != before
    assert row.verified == "yes" and row.version == 1
    entry = Entry.objects.about(row)[0]
    assert entry.action in words.ACTIONS and set(entry.changes) <= set(words.FIELDS)
    only_national = upload(place, people, making.whole("contract", "Nguồn quốc gia"), source="national")
    assert (holding("national"), holding("local")) == (only_national, row)
    later = upload(place, people, making.whole("contract", "Từ tháng sau"), valid_from=clock.today().replace(month=10))
    assert holding() == row
    assert holding(on=clock.today().replace(month=11)) == later
    withdraw_template(row, "Sai lề", actor=people.administrator)
    assert holding() == before
    with pytest.raises(WrongState):
        withdraw_template(row, "Sai lề", actor=people.administrator)


@pytest.mark.django_db
def test_only_an_administrator_of_the_province_changes_templates(
    place: factories.Place, people: factories.People
) -> None:
    data = TemplateData("contract", "Mẫu", making.whole("contract"))
    for person in [*people.all().values(), factories.stranger("administrator")]:
        if person != people.administrator:
            with pytest.raises(NotAllowed):
                upload_template(place.province, data, actor=person)
    row = upload(place, people, making.whole("contract"))
    with pytest.raises(NotAllowed):
        withdraw_template(row, "Sai", actor=people.officer)
    with pytest.raises(NotAllowed):
        withdraw_template(PaperTemplate.objects.filter(area=None)[0], "Sai", actor=people.officer)
    with pytest.raises(WrongState):
        withdraw_template(PaperTemplate.objects.filter(area=None)[0], "Sai", actor=people.administrator)


@pytest.mark.django_db
@pytest.mark.parametrize("path", FORM.holds)
def test_a_template_without_a_needed_item_is_refused_by_its_name(
    path: str, place: factories.Place, people: factories.People
) -> None:
    with pytest.raises(Invalid) as caught:
        upload(place, people, making.whole("contract", without=path))
    texts = caught.value.fields["file"]
    assert len(texts) == 1 and str(FORM.whole[path]) in texts[0]


# --- hostile ones -----------------------------------------------------------------------------------------------------

HOSTILE = {
    "class": "{{ ''.__class__ }}",
    "dict class": "{{ project.__class__.__mro__ }}",
    "hidden name": "{{ __builtins__ }}",
    "call": "{{ project.keys() }}",
    "values": "{% for x in project.values() %}{{ x }}{% endfor %}",
    "range": "{% for x in range(10**9) %}x{% endfor %}",
    "range alone": "{{ range(5) }}",
    "power": "{{ 10 ** 10 ** 8 }}",
    "repeat": "{{ 'x' * 1000000000 }}",
    "constant": "{{ 'x' ~ 'y' }}",
    "set": "{% set x = 1 %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "item": "{{ project['name'] }}",
    "slice": "{{ project.name[:3] }}",
    "attr filter": "{{ project|attr('__class__') }}",
    "map filter": "{{ results|map(attribute='no')|list }}",
    "format": "{{ '%1000000000d'|format(1) }}",
    "lipsum": "{{ lipsum(10000) }}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "recursive": "{% for a in results recursive %}{{ loop(results) }}{% endfor %}",
    "three loops": "{% for a in results %}" * 3 + "x" + "{% endfor %}" * 3,
    "loop of a text": "{% for a in 'abc' %}{{ a }}{% endfor %}",
    "loop variable": "{% for a in results %}{{ loop.__class__ }}{% endfor %}",
    "loop cycle": "{% for a in results %}{{ loop.cycle('a') }}{% endfor %}",
    "unknown": "{{ project.nothing }}",
    "unknown name": "{{ nothing }}",
    "text of a text": "{{ project.name.upper }}",
    "syntax": "{% for %}",
    "unclosed": "{% if mark %}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_template_that_says_more_than_fields_is_refused(text: str) -> None:
    began = time.monotonic()
    assert refused(making.document(text)) in ("not_allowed", "unknown", "syntax")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["class", "range alone", "repeat", "item"])
def test_the_control_plain_jinja_would_have_done_it(name: str) -> None:
    """Without our environment these templates do what they want (in small)."""
    text = HOSTILE[name].replace("1000000000", "10")
    assert Environment().from_string(text).render(sample(FORM.whole))


def test_what_a_template_may_say_works() -> None:
    made = fill(
        making.document(
            "{% if mark %}{{ mark|lower }}{% else %}xong{% endif %}",
            "{% for row in results %}{{ loop.index }}/{{ loop.length }} {{ row.indicator|upper }};{% endfor %}",
        ),
        {"mark": "", "results": [{"indicator": "máy"}, {"indicator": "lò"}]},
    )
    assert text_of(made).split("\n") == ["xong", "1/2 MÁY;2/2 LÒ;"]


def test_what_stands_in_a_record_is_never_read_as_a_template() -> None:
    made = fill(making.document("{{ name }}"), {"name": "{{ ''.__class__ }} <w:p/> & {% for %}"})
    assert text_of(made) == "{{ ''.__class__ }} <w:p/> & {% for %}"


def test_an_endless_result_is_stopped() -> None:
    context = {"results": [{"no": "x" * 3000} for _number in range(400)]}
    text = "{% for a in results %}{% for b in results %}{{ b.no }}{% endfor %}{% endfor %}"
    began = time.monotonic()
    with pytest.raises(Refused) as caught:
        fill(making.document(text), context)
    assert caught.value.code == "too_long" and time.monotonic() - began < 10


def test_a_template_that_takes_too_long_is_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text before the fields are found is searched again and again: seconds of work in a small file."""
    monkeypatch.setattr(rendering, "TRIAL_SECONDS", 1)
    text = "{{" * 400_000
    began = time.monotonic()
    with pytest.raises(Refused) as caught:
        trial(making.document(text), sample(FORM.whole))
    assert caught.value.code in ("too_slow", "syntax") and time.monotonic() - began < 25


ODD = {
    "no zip": (b"%PDF-1.7 nothing", "not_word"),
    "empty": (b"", "not_word"),
    "a zip": (making.repacked(making.document("x"), {"[Content_Types].xml": lambda _p: b"<Types/>"}), "not_word"),
    "macros": (making.repacked(making.document("x"), {"word/vbaProject.bin": b"x"}), "active"),
    "macro kind": (
        making.repacked(
            making.document("x"),
            {
                "[Content_Types].xml": lambda part: part.replace(
                    b"wordprocessingml.document.main+xml", b"wordprocessingml.document.macroEnabled.main+xml"
                )
            },
        ),
        "active",
    ),
    "object": (making.repacked(making.document("x"), {"word/embeddings/oleObject1.bin": b"x"}), "active"),
    "linked template": (
        making.repacked(
            making.document("x"),
            {
                "word/_rels/settings.xml.rels": b'<Relationships><Relationship Id="r1" Type="attachedTemplate" '
                b'Target="http://x/y.dotm" TargetMode="External"/></Relationships>'
            },
        ),
        "external",
    ),
    "picture elsewhere": (
        making.repacked(
            making.document("x"),
            {"word/_rels/odd.xml.rels": b'<R><Relationship Target="http://x/y.png" TargetMode="External"/></R>'},
        ),
        "external",
    ),
    "entity": (
        making.repacked(making.document("x"), {"word/odd.xml": b'<!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>'}),
        "active",
    ),
    "field": (
        making.with_body(
            making.document("x"),
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDE</w:instrText></w:r>'
            '<w:r><w:instrText>TEXT "c:/x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
        ),
        "active",
    ),
    "simple field": (
        making.with_body(making.document("x"), '<w:p><w:fldSimple w:instr=" DDEAUTO c:/x "/></w:p>'),
        "active",
    ),
    "bomb": (making.repacked(making.document("x"), {"word/media/big.bin": b"0" * (21 * 1024 * 1024)}), "too_big"),
    "large": (b"0" * (packages.MAX_BYTES + 1), "too_big"),
}


@pytest.mark.parametrize(("content", "code"), ODD.values(), ids=ODD)
def test_a_file_that_is_no_plain_word_document_is_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


# --- on the pages -----------------------------------------------------------------------------------------------------


def send(client: Client, content: bytes, **fields: Any) -> Any:
    url = reverse("papers:template_new", args=["contract"])
    key = client.get(url).context["form"]["form_key"].value()
    file = SimpleUploadedFile("mau.docx", content, content_type=rendering.WORD)
    return client.post(url, {"form_key": key, "title": "Mẫu của Sở", "file": file, **fields})


@pytest.mark.django_db
def test_an_administrator_downloads_changes_and_uploads_a_template(
    place: factories.Place, people: factories.People
) -> None:
    client = browser(people.administrator)
    row = PaperTemplate.objects.get(form="contract")
    page = client.get(reverse("papers:templates"))
    url = reverse("papers:template_file", args=[row.public_id])
    assert url in page.text
    taken = client.get(url)
    assert taken.content == making.shipped("contract") and "attachment" in taken["Content-Disposition"]
    answer = send(client, taken.content, valid_from="01/09/2026")
    assert answer.status_code == 302
    mine = PaperTemplate.objects.get(area=place.province)
    assert (mine.version, mine.uploaded_by) == (1, people.administrator)
    answer = client.post(
        reverse("papers:template_withdraw", args=[mine.public_id]),
        {
            "form_key": client.get(reverse("papers:template_withdraw", args=[mine.public_id]))
            .context["form"]["form_key"]
            .value(),
            "note": "Sai lề",
        },
    )
    mine.refresh_from_db()
    assert answer.status_code == 302 and mine.withdrawn_at is not None


@pytest.mark.django_db
def test_a_refused_upload_says_why_and_stores_nothing(place: factories.Place, people: factories.People) -> None:
    client = browser(people.administrator)
    for content, part in (
        (making.whole("contract", "{{ ''.__class__ }}"), "__class__"),
        (making.whole("contract", without="contract.value_words"), str(FORM.whole["contract.value_words"])),
        (b"no word", ".docx"),
    ):
        answer = send(client, content)
        assert answer.status_code == 422
        assert part in " ".join(answer.context["form"].errors["file"])
    assert not PaperTemplate.objects.filter(area=place.province).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["templates", "template_new", "template_file", "template_withdraw"])
def test_nobody_else_comes_to_the_templates(name: str, place: factories.Place, people: factories.People) -> None:
    row = upload(place, people, making.whole("contract"))
    args = {"templates": [], "template_new": ["contract"]}.get(name, [row.public_id])
    url = reverse(f"papers:{name}", args=args)
    for person in people.all().values():
        expected = 200 if person == people.administrator else 403
        assert browser(person).get(url).status_code == expected, person.username
    assert browser(factories.stranger("administrator")).get(url).status_code in (
        {200} if name in ("templates", "template_new") else {404}
    )
