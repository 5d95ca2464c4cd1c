using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether commands come from the broker, where one is set.</summary>
internal sealed class BrokerCheckup(BrokerState broker, SystemdScope scope) : ICheckup
{
    public string Name => "broker";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([(broker.IsSet, broker.Reached) switch
        {
            (false, _) => Finding.Ok(Name, "none is set; commands come over the socket only"),
            (_, { } address) => Finding.Ok(Name, $"commands come from {address}"),
            _ => Finding.Fail(
                Name,
                $"no commands come from {string.Join("; nor from ", broker.Troubles.Select(node => $"{node.Address}: {node.Trouble}"))}; the daemon tries on",
                $"{scope.Journalctl()} -n 20 -u aetherscale"),
        }]);
}
