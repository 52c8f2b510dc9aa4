"""People. An address to sign in with, a name to show, one role."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CREATOR = "creator", "Creator"
    MODERATOR = "moderator", "Moderator"
    ADMIN = "admin", "Administrator"


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)  # None makes a password that never matches
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None) -> "Person":
        return self.create_user(email, password, role=Role.ADMIN)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.CREATOR)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.display_name or f"person {str(self.id)[:8]}"

    @property
    def may_review(self) -> bool:
        """Moderators decide cases; administrators stand in for them."""
        return self.is_active and self.role in {Role.MODERATOR, Role.ADMIN}

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    @property
    def grantable_scopes(self) -> list["Scope"]:
        """What this person's keys may open: everybody's may read, an administrator's anything."""
        return [scope for scope in Scope if self.is_admin or scope is Scope.FETCH_MANIFESTS]


class Scope(models.TextChoices):
    """What a key opens; the first three in the words of the C2PA resolution API 2.4."""

    FETCH_MANIFESTS = "fetch:manifests", _("look up and fetch manifests, at a rate of its own")
    STORE_MANIFESTS = "store:manifests", _("deposit manifests, and withdraw what it deposited")
    STORE_BINDINGS = "store:bindings", _("point marks and fingerprints at deposited manifests")

    VERIFY_VIDEOS = "verify:videos", _("verify videos without the hourly limit")

    @property
    def writes(self) -> bool:
        return self in {Scope.STORE_MANIFESTS, Scope.STORE_BINDINGS}


class ApiKey(models.Model):
    """What a program of somebody's shows instead of a password. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    start = models.CharField(max_length=12)
    """The first characters, by which its owner tells one key from another."""
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"key {self.start}…"

    def allows(self, scope: Scope) -> bool:
        """Whether it has the scope, and its owner may still hand it out."""
        return scope in self.scopes and scope in self.owner.grantable_scopes
