"""Schemas of AWS Glue, by the UUID of their version: GetSchemaVersion of its API, which is all the right that is needed.

botocore asks: who comes with its extra `aws` has all ways to credentials that the AWS command line has (environment, profiles,
single sign-on, roles of a machine). MeshDesk stores none of them. It is written as an address: glue://REGION or
glue://REGION/PROFILE; without a region that of the profile counts. A proxy is the one of the environment, as elsewhere.
"""

import logging
from typing import Any

from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.registry_client import Said
from meshdesk.model.address import GLUE
from meshdesk.model.schema import SchemaName

NOBODYS = "00000000-0000-0000-0000-000000000000"  # a version that nobody has: a test asks for it
MISSING = (
    "The package botocore, which asks AWS Glue, is not installed here. "
    "Install MeshDesk with its extra for AWS: pip install “meshdesk[aws]”."
)
ODD = ("answers, but not as AWS Glue does", "check what AWS_ENDPOINT_URL names in the environment")
FORMATS = ("AVRO", "JSON", "PROTOBUF")

# What AWS calls errors, by what they mean.
UNKNOWN = ("EntityNotFoundException",)
BAD_LOGIN = (
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "UnrecognizedClientException",
)
FORBIDDEN = ("AccessDeniedException", "AccessDenied", "OptInRequired")
TOO_MANY = ("ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException")


class GlueFailed(Exception):
    """There is no answer; `said` is why, and what to do (registry_client.Said). `is_refusal`: it answered, and this was no
    answer to the question, which others may have all the same."""

    def __init__(self, said: Said, is_refusal: bool = False) -> None:
        super().__init__(said[0])
        self.said, self.is_refusal = said, is_refusal


class GlueClient:
    """One region of one account. Used by one thread."""

    def __init__(self, url: str, ca: str, timeout: float) -> None:
        """`ca` is a file of authorities (PEM; "": those that botocore brings, or AWS_CA_BUNDLE), `timeout` in s for one answer.
        Raises PropertiesError where botocore is not there."""
        self._region, _, self._profile = url.strip().removeprefix(GLUE).partition("/")
        self._ca, self._timeout = ca, timeout
        self._client: Any = None
        try:
            import botocore.session  # noqa: F401 - of the extra `aws`, and 0.2 s that only its users pay
        except ImportError:
            raise PropertiesError(MISSING) from None
        logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells where credentials were found

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def schema_of(self, name: SchemaName) -> dict[str, Any] | None:
        """What is stored of a version; None where Glue does not know it. Raises GlueFailed, and MALFORMED for an odd answer."""
        said = self._ask(name.id)
        if said is None:
            return None
        kind, number = said["DataFormat"], said.get("VersionNumber", 0)
        if kind not in FORMATS:
            raise ValueError(kind)
        return {
            "type": kind,
            "text": str(said["SchemaDefinition"]),
            "subject": str(said.get("SchemaArn", "")).rpartition("/")[2],
            "version": int(number),
            "references": [],  # Glue has none
            "guid": name.id,
        }

    def try_out(self) -> None:
        """Asks for a version that nobody has, which tells whether others could be had. Raises GlueFailed."""
        if self._ask(NOBODYS) is not None:
            raise GlueFailed(ODD, is_refusal=True)

    def reason(self, error: Exception) -> Said:
        """Why there is no answer: what stands behind "The schema registry" in a sentence, and the advice."""
        return error.said if isinstance(error, GlueFailed) else ODD

    def _ask(self, version: str) -> Any:
        # Loaded before: what is caught has to be named.
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._client is None:
                self._client = self._made()
            return self._client.get_schema_version(SchemaVersionId=version)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in UNKNOWN:
                return None
            self.close()  # the next one looks for credentials anew
            raise GlueFailed(_refusal(code), is_refusal=True) from None
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint in the environment that is no address
            self.close()
            raise GlueFailed(self._failure(error)) from None

    def _made(self) -> Any:
        from botocore.config import Config  # as above
        from botocore.session import Session

        # Whoever wants the schema asks again by itself, and later each time.
        config = Config(
            connect_timeout=self._timeout,
            read_timeout=self._timeout,
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        session = Session(profile=self._profile or None)
        return session.create_client("glue", region_name=self._region or None, config=config, verify=self._ca or None)

    def _failure(self, error: Exception) -> Said:
        """By the name of the error: there are forty, and few bases."""
        match type(error).__name__:
            case "NoCredentialsError":
                advice = "log in as for the AWS command line, or name a profile in the address: glue://REGION/PROFILE"
                return "cannot be asked, as AWS has no credentials on this machine", advice
            case "ProfileNotFound":
                said = f"cannot be asked, as AWS has no profile “{self._profile}” on this machine"
                return said, "check its name in the file ~/.aws/config"
            case "NoRegionError" | "InvalidRegionError":
                return "cannot be asked, as it names no region of AWS", "write its address as glue://eu-west-1"
            case "ConnectTimeoutError" | "ReadTimeoutError":
                return f"did not answer within {self._timeout:.0f} s", "check the network and the region"
            case "EndpointConnectionError" | "ConnectionClosedError" | "ProxyConnectionError" | "HTTPClientError":
                return "cannot be reached", "check the network and the region"
            case "SSLError":
                return "has a certificate that is not trusted", "name its authorities in AWS_CA_BUNDLE"
            case name if any(word in name for word in ("Credential", "Token", "SSO", "Login")):
                return "cannot be asked, as the login to AWS has ended or is not whole", "log in again: aws sso login"
            case name:
                return f"cannot be asked ({name})", "check the settings of AWS on this machine"


def _refusal(code: str) -> Said:
    if code in BAD_LOGIN:
        return "refuses the credentials of AWS", "log in again, or name another profile: glue://REGION/PROFILE"
    if code in FORBIDDEN:
        return "refuses these credentials of AWS", "ask for the right glue:GetSchemaVersion"
    if code in TOO_MANY:
        return "is asked more often than this account may", "it is asked again by itself"
    return f"answers with an error ({code})", "check the region and the account"
