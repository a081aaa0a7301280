"""Why nobody was identified. No fact holds a name, a code or a token."""

from carnet.kernel.refusals import Refusal


class IdentityRefused(Refusal):
    """Base of the refusals of a sign-in through the State."""

    code = "identity-refused"


class IdentityNotOffered(IdentityRefused):
    """This installation has no such provider in its settings."""

    code = "identity-not-offered"


class SignInCancelled(IdentityRefused):
    """The person went back, or refused to share their identity."""

    code = "identity-cancelled"


class SignInMixedUp(IdentityRefused):
    """The answer is not that of a sign-in begun by this browser, or was used already: its state or nonce is another's."""

    code = "identity-mixed-up"


class SignInExpired(IdentityRefused):
    """Begun too long ago. Facts: minutes_max."""

    code = "identity-expired"


class ProviderUnreachable(IdentityRefused):
    """No answer in time, or none that can be read. Facts: reason (a stable word)."""

    code = "identity-provider-unreachable"


class ProviderRefused(IdentityRefused):
    """The provider says no: a wrong setting, a code used twice. Facts: reason (the protocol's own word)."""

    code = "identity-provider-refused"


class IdentityForged(IdentityRefused):
    """What came does not hold: signature, issuer, audience, dates. Facts: reason (a stable word)."""

    code = "identity-forged"


class IdentityTooWeak(IdentityRefused):
    """The person proved who they are in a weaker way than asked."""

    code = "identity-too-weak"


class IdentityIncomplete(IdentityRefused):
    """A piece of the identity is missing. Facts: piece (the claim's name)."""

    code = "identity-piece-missing"
