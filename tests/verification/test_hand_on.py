"""Reports are handed on: signed, on paper, and by addresses that end."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils.timezone import now

from jobs import signing
from provenance import Authority, TrustStores, check_report
from tests.web.conftest import make_report
from verification import services
from verification.models import Report, Share

pytestmark = pytest.mark.django_db


def at(name: str, *arguments: object) -> str:
    return reverse(f"verification:{name}", args=arguments)


def shared(report: Report, days: int = 7) -> Share:
    return services.share(report, days)


def test_the_documented_command_checks_a_download_offline(client, tmp_path):
    """docs/signed-reports.md, word for word, on what the page gives out."""
    report = make_report()
    jws = client.get(at("jws", report.pk))
    name = jws["Content-Disposition"].split('"')[1]
    (tmp_path / name).write_bytes(jws.content)
    (tmp_path / "studio-root.pem").write_bytes(client.get(at("root")).content)
    page = client.get(report.get_absolute_url()).content.decode()
    command = f"python -m provenance check-report {name} --root studio-root.pem"
    assert command in page
    ran = subprocess.run(
        [sys.executable, *command.split()[1:]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(django_settings.ROOT), "KINEMARK_HOME": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "signature: holds" in ran.stdout
    assert report.sha256 in ran.stdout


def test_the_signed_report_is_the_report(client):
    report = make_report()
    checked = check_report(client.get(at("jws", report.pk)).content.decode(), signing.trust())
    told = client.get(at("report-json", report.pk)).json()
    assert checked.store == "development"
    assert checked.report == {
        key: value for key, value in told.items() if key not in {"id", "created_at", "expires_at"}
    }


def test_signed_when_made_so_a_later_certificate_does_not_matter(client, settings):
    report = make_report()
    root = signing.report_root()
    (settings.PKI_DIR / "reporter.pem").unlink()
    (settings.PKI_DIR / "reporter.key").unlink()
    Authority.open(settings.PKI_DIR)  # a new key
    text = client.get(at("jws", report.pk)).content.decode()
    assert check_report(text, TrustStores.load(production=root)).store == "production"


def test_without_a_key_reports_are_unsigned_and_say_so(client, settings):
    settings.DEVELOPMENT_SIGNING = False
    report = make_report()
    assert client.get(at("jws", report.pk)).status_code == 404
    assert "not signed" in client.get(report.get_absolute_url()).content.decode()


def test_a_production_studio_never_signs_reports_with_the_development_key(settings):
    settings.SIGNING_CHAIN = "a chain of its own"
    assert make_report().signed == ""
    assert signing.report_root() == ""


def test_a_production_key_of_its_own(settings, tmp_path):
    pki = tmp_path / "production"
    authority = Authority.open(pki)
    settings.REPORT_CHAIN = (pki / "reporter.pem").read_text()
    settings.REPORT_KEY = f"file:{pki / 'reporter.key'}"
    settings.SIGNING_ROOT = authority.root
    checked = check_report(make_report().signed, signing.trust())
    assert checked.store == "production"
    assert signing.report_root() == authority.root


def test_on_paper(client):
    answer = client.get(at("pdf", make_report().pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "attachment" in answer["Content-Disposition"]


def test_a_shared_address_reads_and_does_nothing_else(client):
    report = make_report()
    share = shared(report)
    page = client.get(share.get_absolute_url())
    assert page.status_code == 200
    assert str(report.pk) not in page.content.decode()
    assert "Delete this report" not in page.content.decode()
    for name in ("shared-report-json", "shared-jws", "shared-pdf"):
        answer = client.get(at(name, share.token))
        assert answer.status_code == 200
        assert str(report.pk).encode() not in answer.content


def test_shared_addresses_cannot_be_guessed():
    report = make_report()
    tokens = {shared(report).token for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 32


def test_the_page_shows_the_address_and_its_end(client):
    report = make_report()
    answer = client.post(at("share", report.pk), {"days": "7"}, follow=True)
    share = Share.objects.get()
    page = answer.content.decode()
    assert f"http://testserver{share.get_absolute_url()}" in page
    assert f"{share.expires_at:%H:%M} UTC" in page


@pytest.mark.parametrize("days", ["", "0", "2", "99999", "-1", "seven"])
def test_other_durations_are_refused(client, days):
    report = make_report()
    answer = client.post(at("share", report.pk), {"days": days})
    assert answer.status_code == 400
    assert not Share.objects.exists()


def test_a_shared_address_ends_by_itself(client):
    share = shared(make_report(), 1)
    Share.objects.update(expires_at=now() - timedelta(seconds=1))
    assert client.get(share.get_absolute_url()).status_code == 404
    services.sweep()
    assert not Share.objects.exists()


def test_it_never_outlives_the_report(client):
    report = make_report()
    Report.objects.update(expires_at=now() + timedelta(hours=1))
    report.refresh_from_db()
    assert shared(report, 30).expires_at == report.expires_at


def test_it_can_be_revoked(client):
    report = make_report()
    kept, ended = shared(report), shared(report)
    client.post(at("unshare", report.pk), {"token": ended.token})
    assert client.get(ended.get_absolute_url()).status_code == 404
    assert client.get(kept.get_absolute_url()).status_code == 200


def test_only_the_reports_own_page_revokes(client):
    share = shared(make_report())
    client.post(at("unshare", make_report().pk), {"token": share.token})
    assert client.get(share.get_absolute_url()).status_code == 200


def test_deleting_the_report_ends_every_address(client):
    report = make_report()
    share = shared(report)
    client.post(at("delete", report.pk))
    assert client.get(share.get_absolute_url()).status_code == 404
    assert not Share.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 32, "..%2F..", "%00"])
def test_unknown_addresses(client, token):
    assert client.get(f"/verify/shared/{token}/").status_code == 404
