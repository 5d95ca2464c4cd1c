using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>Comments come between the events of a stream: a daemon that says nothing for so long does not run any more.</summary>
internal static class StreamSilence
{
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(3 * StreamFrames.HeartbeatSeconds);

    public static CliException Error() => Unreachable.Lost($"the daemon has said nothing for {Longest.TotalSeconds} s");
}
