namespace Aetherscale.Commands.Hosts;

/// <summary>Counts the commands that came after their deadline and were dropped, since the daemon started.</summary>
internal sealed class ExpiredCommands
{
    private long _total;

    public long Total => Interlocked.Read(ref _total);

    public void Count() => Interlocked.Increment(ref _total);
}
