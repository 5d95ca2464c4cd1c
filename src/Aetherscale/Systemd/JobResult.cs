namespace Aetherscale.Systemd;

/// <summary>How a job of systemd's ended (<c>JobRemoved</c>, org.freedesktop.systemd1(5)).</summary>
internal enum JobResult
{
    /// <summary>systemd used a word that we do not know, or ended the job while our connection to it was lost.</summary>
    Unknown,
    Done,
    Canceled,
    Timeout,
    Failed,
    Dependency,
    Skipped,
    Invalid,
    Assert,
    Unsupported,
    Collected,
    Once,
}
