"""The regions that the console's menu offers. A code names a region; the place explains it."""

from django.utils.translation import pgettext_lazy

REGIONS = {
    "us-east-1": pgettext_lazy("region", "N. Virginia"),
    "us-east-2": pgettext_lazy("region", "Ohio"),
    "us-west-2": pgettext_lazy("region", "Oregon"),
    "ca-central-1": pgettext_lazy("region", "Montréal"),
    "sa-east-1": pgettext_lazy("region", "São Paulo"),
    "eu-west-1": pgettext_lazy("region", "Ireland"),
    "eu-central-1": pgettext_lazy("region", "Frankfurt"),
    "eu-north-1": pgettext_lazy("region", "Stockholm"),
    "ap-northeast-1": pgettext_lazy("region", "Tokyo"),
    "ap-southeast-2": pgettext_lazy("region", "Sydney"),
}
DEFAULT = "us-east-1"
