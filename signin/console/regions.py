"""The regions that the console's menu offers. A code names a region; the place explains it."""

REGIONS = {
    "us-east-1": "N. Virginia",
    "us-east-2": "Ohio",
    "us-west-2": "Oregon",
    "ca-central-1": "Montréal",
    "sa-east-1": "São Paulo",
    "eu-west-1": "Ireland",
    "eu-central-1": "Frankfurt",
    "eu-north-1": "Stockholm",
    "ap-northeast-1": "Tokyo",
    "ap-southeast-2": "Sydney",
}
DEFAULT = "us-east-1"
