using System.Globalization;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary>Who asked, as a VM's history keeps it.</summary>
internal static class Askers
{
    public static VmRequester Of(Requester requester) => new()
    {
        Command = requester.Command,
        Door = requester.Door,
        Uid = requester.UserId,
        User = requester.User,
        Pid = requester.ProcessId,
        Client = requester.ProcessId is { } pid ? ProgramOf(pid) : Quoted.Plain(requester.Name),
        RequestId = requester.RequestId,
    };

    /// <summary>The name of a process that may be gone already.</summary>
    private static string? ProgramOf(int pid)
    {
        try
        {
            return Quoted.Plain(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")).TrimEnd('\n'));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
