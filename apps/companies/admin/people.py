"""Members of companies, and the users behind them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.html import format_html
from django.utils.http import urlsafe_base64_encode
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from apps.companies.admin.base import CompanyAdmin, CompanyFilter, ScopedForm
from apps.companies.choices import Role
from apps.companies.models import Member, User
from apps.companies.services import member_invite

admin.site.unregister(Group)


class InviteForm(ScopedForm):
    """A new member by e-mail address."""

    email = forms.EmailField(
        widget=UnfoldAdminEmailInputWidget(), help_text="They log in with it. For example jane@acme.example."
    )
    full_name = forms.CharField(
        max_length=200, required=False, widget=UnfoldAdminTextInputWidget(), help_text="For example Jane Doe."
    )

    class Meta:
        model = Member
        fields = ("company", "role", "sees_personal_data")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        company, email = cleaned.get("company"), cleaned.get("email", "").lower()
        if company and Member.objects.filter(company=company, user__email=email).exists():
            self.add_error("email", f"{email} is a member of {company} already.")
        return cleaned


class WelcomeView(PasswordResetConfirmView):
    """Where a new member chooses a password: the one page of the admin that needs no login."""

    template_name = "companies/admin/welcome.html"
    success_url = reverse_lazy("admin:index")
    post_reset_login = True

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        context = super().get_context_data(**options)
        return {**admin.site.each_context(self.request), **context, "title": "Choose a password"}


class MemberForm(ScopedForm):
    """A company never loses its last owner."""

    class Meta:
        model = Member
        exclude = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stays = cleaned.get("role") == Role.OWNER and cleaned.get("is_active")
        others = Member.objects.filter(company=self.instance.company_id, role=Role.OWNER, is_active=True)
        if not stays and not others.exclude(pk=self.instance.pk).exists():
            self.add_error("role", "The company needs an owner: make somebody else one first.")
        return cleaned


@admin.register(Member)
class MemberAdmin(CompanyAdmin):
    """Who belongs to a company and what they may do. Owners only."""

    edit_role = Role.OWNER
    owner_fields: ClassVar = ("company", "user")
    list_display = ("user", "email", "role", "sees_personal_data", "is_active", "company")
    list_filter = ("role", "is_active", ("company", CompanyFilter))
    search_fields = ("user__email", "user__first_name", "user__last_name")
    ordering = ("user__email",)
    list_select_related = ("user", "company")
    empty_text = (
        "Members are the people of your company. "
        "Add one by e-mail address and send them the link that appears."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        if obj is None:
            return [(None, {"fields": ("company", "email", "full_name", "role", "sees_personal_data")})]
        return [(None, {"fields": ("company", "user", "role", "sees_personal_data", "is_active")})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        options |= {"form": MemberForm}
        if obj is None:
            options |= {"form": InviteForm, "fields": ("company", "role", "sees_personal_data")}
        return super().get_form(request, obj, change=change, **options)

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        data = form.cleaned_data
        member, needs_password = member_invite(
            obj.company,
            email=data["email"],
            full_name=data["full_name"],
            role=data["role"],
            sees_personal_data=data["sees_personal_data"],
            by=request.user,
        )
        obj.pk, obj.user = member.pk, member.user
        if needs_password:
            self._show_link(request, member.user)

    def _show_link(self, request: HttpRequest, user: User) -> None:
        uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
        address = request.build_absolute_uri(reverse("admin:companies_member_welcome", args=(uid, token)))
        self.message_user(
            request,
            format_html(
                "Send {} this link to choose a password; it works once, for three days: {}",
                user.email,
                address,
            ),
            messages.WARNING,
        )

    def get_urls(self) -> list[URLPattern]:
        view = WelcomeView.as_view()
        return [path("welcome/<uidb64>/<token>/", view, name="companies_member_welcome"), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A member is switched off: what they did stays under their name."""
        return False

    @admin.display(description="E-mail", ordering="user__email")
    def email(self, member: Member) -> str:
        return member.user.email


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """The accounts of all companies; superusers only. People join through Members."""

    form = UserChangeForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "last_login")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
