using System.Text.Json;

namespace Aetherscale.Cli.Transport;

/// <summary>A stream of the daemon's, as each way to it asks for one.</summary>
/// <param name="Path">On the socket: path and query.</param>
/// <param name="Command">On a broker.</param>
/// <param name="Options">The command's options, with the queue that takes the stream.</param>
internal sealed record FollowRequest(string Path, string Command, Func<string, JsonElement> Options);
