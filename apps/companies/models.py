"""Tenants, their members, and the append-only record of who did what."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from apps.companies.choices import Role


class CompanyQuerySet(models.QuerySet):
    """Rows of a company. The model says in `company_path` how to get from itself to its company."""

    def visible_to(self, user) -> "CompanyQuerySet":
        """Rows a person may see: those of the companies they are an active member of; a superuser sees all."""
        if user.is_superuser:
            return self
        return self.filter(**{f"{self.model.company_path}__in": Company.objects.of(user)})


class EmailUserManager(UserManager):
    """Users are known by their e-mail address; there is no user name."""

    def _create_user(self, email, password, **extra):
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email, password=None, **extra):
        return self._create_user(email, password, **extra)

    def create_superuser(self, email, password=None, **extra):
        return self._create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """A person who logs in, by e-mail address."""

    username = None
    email = models.EmailField("e-mail", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = EmailUserManager()

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class CompanyManager(models.Manager):
    def of(self, user) -> models.QuerySet:
        """The companies a person is an active member of."""
        return self.filter(members__user=user, members__is_active=True, is_active=True)


class Company(models.Model):
    """A customer of the platform; everything else belongs to one."""

    NUMBER_OFFSET = 1000
    company_path = "pk"

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(
        max_length=64, default="America/New_York", help_text="For example America/New_York."
    )
    currency = models.CharField(max_length=3, default="USD")
    contact_email = models.EmailField(
        blank=True, help_text="Shown to sources on their instructions page as the person to ask."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name_plural = "companies"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """The `compid` sources send."""
        return self.NUMBER_OFFSET + self.pk


class Member(models.Model):
    """A person of a company, with a role there."""

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    sees_personal_data = models.BooleanField(
        default=False, help_text="May unmask leads' personal data. Every unmasking is recorded."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "user"), name="member_once_per_company")
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.company}"


class AuditEvent(models.Model):
    """Who did what to which object, and when. Append-only: rows are never changed or deleted by the application.

    `summary` is a sentence without personal data; `data` holds ids, names of changed settings, old and new values of
    what is not secret.
    """

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.BigIntegerField(null=True)
    summary = models.CharField(max_length=500)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("company", "-id"), name="audit_company"),
            models.Index(fields=("object_type", "object_id"), name="audit_object"),
        ]

    def __str__(self) -> str:
        return self.summary
