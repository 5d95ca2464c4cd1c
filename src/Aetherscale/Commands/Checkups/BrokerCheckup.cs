using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether commands come from the broker, where one is set.</summary>
internal sealed class BrokerCheckup(BrokerState broker, SystemdScope scope) : ICheckup
{
    public string Name => "broker";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DoctorFinding>>([(broker.Address, broker.Trouble) switch
        {
            (null, _) => Finding.Ok(Name, "none is set; commands come over the socket only"),
            (var address, null) => Finding.Ok(Name, $"commands come from {address}"),
            var (address, trouble) => Finding.Fail(
                Name, $"no commands come from {address}: {trouble}; the daemon tries on", $"{scope.Journalctl()} -n 20 -u aetherscale"),
        }]);
}
