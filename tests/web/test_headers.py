"""What a browser is told, on every page."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

PAGES = ["home", "account_login", "verification:home"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_policy_allows_only_our_own_files(name):
    policy = Client().get(reverse(name))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_other_protections(name):
    response = Client().get(reverse(name))
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_templates_have_no_inline_script_style_or_handler():
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:")
    for template in (settings.ROOT / "templates").rglob("*.html"):
        assert not inline.search(template.read_text()), template


def test_scripts_run_no_text_as_code():
    for script in (settings.ROOT / "static" / "js").glob("*.js"):
        assert not re.search(
            r"\beval\(|new Function|innerHTML\s*=|document\.write", script.read_text()
        )


@pytest.mark.django_db
def test_reports_are_never_cached(client):
    assert "no-store" in client.get(reverse("verification:home"))["Cache-Control"]


@pytest.mark.django_db
def test_another_sites_form_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post(reverse("account_logout"))
    assert response.status_code == 403
    assert b"studio.form-expired" in response.content
