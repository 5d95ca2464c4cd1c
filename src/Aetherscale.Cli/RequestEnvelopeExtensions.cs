using System.Text;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

internal static class RequestEnvelopeExtensions
{
    /// <summary>Whether the daemon may have done something when its answer is lost.</summary>
    public static bool ChangesSomething(this RequestEnvelope request) =>
        request.Command is not (CommandNames.ListVms or CommandNames.ShowVm or CommandNames.WhyVm or CommandNames.LogsVm
            or CommandNames.ConnectVm or CommandNames.ConsoleVm or CommandNames.ScreenshotVm or CommandNames.WaitVm or CommandNames.Doctor
            or CommandNames.ListImages or CommandNames.ShowImage or CommandNames.ListRemotes
            or CommandNames.ListHosts or CommandNames.ShowHost);

    /// <summary>Whether the daemon may have a good reason not to answer for a while.</summary>
    public static bool MayTakeLong(this RequestEnvelope request) =>
        request.ChangesSomething() || request.Command == CommandNames.WaitVm;

    /// <summary>
    /// The request as it is sent. A JSON writer would take half a millisecond to get ready for these members: the command, the id and
    /// the host are plain words, and the options are JSON already.
    /// </summary>
    public static ReadOnlyMemory<byte> ToJson(this RequestEnvelope request)
    {
        var options = request.Options is { } given ? $",\"options\":{given.GetRawText()}" : "";
        var id = request.RequestId is { } own ? $",\"request-id\":\"{own}\"" : "";
        var host = request.Host is { } name ? $",\"host\":\"{name}\"" : "";
        var deadline = request.Deadline is { } latest ? $",\"deadline\":\"{latest.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"" : "";
        return Encoding.UTF8.GetBytes($"{{\"command\":\"{request.Command}\"{options}{id}{host}{deadline}}}");
    }
}
