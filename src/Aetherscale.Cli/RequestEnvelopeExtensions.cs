using Aetherscale.Contract;

namespace Aetherscale.Cli;

internal static class RequestEnvelopeExtensions
{
    /// <summary>Whether the daemon may have done something when its answer is lost.</summary>
    public static bool ChangesSomething(this RequestEnvelope request) =>
        request.Command is not (CommandNames.ListVms or CommandNames.ShowVm or CommandNames.ConnectVm);
}
