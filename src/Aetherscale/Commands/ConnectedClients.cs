namespace Aetherscale.Commands;

internal static class ConnectedClients
{
    private static readonly TimeSpan s_goneCheck = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when nobody is left to read, or the token is cancelled.</summary>
    public static async Task WaitUntilGoneAsync(this IConnectedClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            while (!client.IsGone())
            {
                await Task.Delay(s_goneCheck, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // It stayed to the end.
        }
    }
}
