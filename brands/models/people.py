from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from brands.models.brand import Brand


class UserManager(BaseUserManager["User"]):
    """Creates people from an e-mail address and a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a person who may log in; without a password he has to set one by e-mail first.

        His address is kept in lower case, in which allauth looks for it whatever case people sign in with.
        """
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a person who may do everything on this installation."""
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in: an operator (through memberships), an affiliate (through seats), or both."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the operators' pages.")
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="an_email_is_one_person")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Role(models.TextChoices):
    """What an operator may do for one brand."""

    OWNER = "owner", "Owner"
    MANAGER = "manager", "Affiliate manager"
    FINANCE = "finance", "Finance"
    RISK = "risk", "Risk"
    READ_ONLY = "read_only", "Read only"


class Membership(models.Model):
    """An operator's role in one brand. Without one a brand does not exist for him."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="a_person_has_one_role_in_a_brand")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
