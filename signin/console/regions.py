"""The regions that a partition's console offers. A code names a region; the place explains it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from signin.kernel import partitions

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
ELSEWHERE = {
    "aws-cn": {
        "cn-north-1": pgettext_lazy("region", "Beijing"),
        "cn-northwest-1": pgettext_lazy("region", "Ningxia"),
    },
    "aws-us-gov": {
        "us-gov-west-1": pgettext_lazy("region", "US-West"),
        "us-gov-east-1": pgettext_lazy("region", "US-East"),
    },
    "aws-eusc": {"eusc-de-east-1": pgettext_lazy("region", "Germany")},
}


def here() -> Mapping[str, str | Promise]:
    """Return the regions of the console that was asked."""
    return ELSEWHERE.get(partitions.here().id, REGIONS)
