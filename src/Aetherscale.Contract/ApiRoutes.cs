namespace Aetherscale.Contract;

/// <summary>The HTTP paths on the daemon's socket.</summary>
public static class ApiRoutes
{
    /// <summary>
    /// <c>POST</c> a <see cref="RequestEnvelope"/>, get a <see cref="ReplyEnvelope"/>; with <c>Accept: text/event-stream</c>, as the last of
    /// server-sent events, which tell how far an image is that the command fetches: <see cref="StreamFrames"/>.
    /// </summary>
    public const string Commands = "/v1/commands";

    /// <summary>
    /// <c>GET</c> with <c>Connection: Upgrade</c> and <c>Upgrade:</c> <see cref="StreamProtocol"/>: after <c>101</c> the
    /// connection carries the bytes to and from a TCP port of the guest. The query names <c>vm</c> and <c>port</c>. Errors
    /// come as a <see cref="ReplyEnvelope"/>.
    /// </summary>
    public const string Connect = "/v1/connect";

    /// <summary>
    /// The same for the guest's serial console, which any number of viewers share. The query names <c>vm</c>, and <c>lines</c>: so
    /// many of what was printed before come first.
    /// </summary>
    public const string Console = "/v1/console";

    /// <summary>
    /// <c>GET</c>, with <c>vm</c> in the query or for all VMs: what happens to them from now on, as server-sent events: <see cref="StreamFrames"/>.
    /// </summary>
    public const string Events = "/v1/events";

    /// <summary>
    /// <c>GET</c>, with <c>vm</c> in the query, and <c>console</c>, <c>lines</c> and <c>since</c> as <c>logs-vm</c> takes them: its lines and
    /// those that follow, as server-sent events: <see cref="StreamFrames"/>.
    /// </summary>
    public const string Logs = "/v1/logs";

    /// <summary>
    /// <c>PUT</c> with <c>name</c> in the query, and <c>url</c>, <c>checksum</c>, <c>format</c> and <c>source</c> as <c>import-image</c> takes
    /// them: its body, unless there is a <c>url</c>, becomes the image. The answer is a stream of server-sent events: <see cref="StreamFrames"/>.
    /// </summary>
    public const string Images = "/v1/images";

    /// <summary>The name of the raw protocol that <see cref="Connect"/> switches to.</summary>
    public const string StreamProtocol = "aetherscale-stream";

    /// <summary>The largest request body, in bytes; a longer one is answered with HTTP 413.</summary>
    public const int MaxRequestBytes = 1024 * 1024;
}
