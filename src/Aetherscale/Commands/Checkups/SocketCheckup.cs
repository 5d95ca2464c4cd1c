using System.Text;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the sockets' paths are short enough: sun_path holds 108 bytes, the last of them NUL (unix(7)).</summary>
internal sealed class SocketCheckup(string apiSocket, RuntimeFolder runtime, SystemdScope scope) : ICheckup
{
    private const int Longest = 107;

    public string Name => "sockets";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var longest = new[] { apiSocket, runtime.OfVm(VmId.New()).ConsoleSocket }.MaxBy(Encoding.UTF8.GetByteCount)!;
        var length = Encoding.UTF8.GetByteCount(longest);
        return Task.FromResult<IReadOnlyList<DoctorFinding>>([length <= Longest
            ? Finding.Ok(Name, $"the longest path has {length} bytes of {Longest}")
            : Finding.Fail(
                Name,
                $"{longest} has {length} bytes, and a socket's path may have {Longest}; {(scope == SystemdScope.System ? "give it a shorter one (setting \"socket\")" : "XDG_RUNTIME_DIR, that of the user manager, must be shorter")}",
                scope == SystemdScope.System ? null : "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user restart aetherscale")]);
    }
}
