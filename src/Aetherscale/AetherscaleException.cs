namespace Aetherscale;

/// <summary>A failure that the requester may see. Whatever else is thrown is logged and answered <c>internal-error</c>.</summary>
/// <param name="code">One of <see cref="Contract.ErrorCodes"/>.</param>
/// <param name="message">Written for the user: what is wrong, and what to do about it.</param>
/// <param name="innerException">What caused it; logged at debug level, never sent.</param>
internal sealed class AetherscaleException(string code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What <c>execution-info.code</c> becomes.</summary>
    public string Code { get; } = code;
}
