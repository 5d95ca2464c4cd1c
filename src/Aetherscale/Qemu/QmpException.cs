namespace Aetherscale.Qemu;

/// <summary>QEMU refused a command, or the connection to it is gone.</summary>
internal sealed class QmpException(string message, string? errorClass = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>
    /// QMP's error class (<c>GenericError</c>, <c>DeviceNotFound</c>, …); null when the connection is gone.
    /// </summary>
    public string? ErrorClass { get; } = errorClass;
}
