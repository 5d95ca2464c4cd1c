using Aetherscale.Contract;

namespace Aetherscale.Messaging;

/// <summary>Which broker, and as whom.</summary>
/// <param name="address">What <c>broker</c> says.</param>
/// <param name="credentialsFile">What <c>broker-credentials-file</c> says; empty when there is none.</param>
internal sealed class BrokerAccess(BrokerAddress address, string credentialsFile)
{
    public BrokerAddress Address => address;

    /// <summary>Where user and password come from, for messages to the user.</summary>
    public string Source => credentialsFile.Length > 0 ? $"broker-credentials-file, {credentialsFile}"
        : address.Credentials is not null ? "the URL in broker"
        : "the default; set broker-credentials-file to name another";

    /// <summary>The credentials as they are now: the file is read each time, so that a new password needs no restart.</summary>
    /// <exception cref="BrokerException">The file cannot be used.</exception>
    public BrokerCredentials Credentials()
    {
        if (credentialsFile.Length == 0)
        {
            return address.Credentials ?? BrokerCredentials.Guest;
        }

        try
        {
            return BrokerCredentials.ReadFile(credentialsFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"the credentials cannot be read: {error.Message.TrimEnd('.')}; the file must belong to the daemon's user", error);
        }
    }
}
