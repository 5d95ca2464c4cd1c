namespace Aetherscale.Contract;

/// <summary>Why TLS to a broker does not come about.</summary>
/// <param name="What">A clause about the broker: <c>its certificate …</c>. Names in it are the certificate's own.</param>
/// <param name="Do">What to do about it, as a clause.</param>
public sealed record TlsProblem(string What, string Do);
