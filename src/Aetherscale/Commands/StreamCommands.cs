using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>The commands that carry a stream of bytes by messages.</summary>
internal static class StreamCommands
{
    /// <summary>What is asked for instead at a door that carries streams itself; null for any other command.</summary>
    public static string? OnTheSocket(string command) => command switch
    {
        CommandNames.ConnectVm => $"GET {ApiRoutes.Connect}",
        CommandNames.ConsoleVm => $"GET {ApiRoutes.Console}",
        CommandNames.Watch or CommandNames.FollowLogs => $"GET {ApiRoutes.Events} or GET {ApiRoutes.Logs}",
        CommandNames.SendImage => $"the file that {CommandNames.ShowImage} names",
        _ => null,
    };
}
