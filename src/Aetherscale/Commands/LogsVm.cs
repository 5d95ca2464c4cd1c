using System.Globalization;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>logs-vm</c>: what QEMU, systemd and the daemon have to say of a VM, or what its guest printed on its console.</summary>
internal sealed class LogsVm(VmStore store, VmLocks locks, VmHistory history, SystemdScope scope)
{
    private const int DefaultLines = 100;
    private const int MaxLines = 10_000;

    public async Task<LogsVmResponse> RunAsync(LogsVmOptions options, CancellationToken cancellationToken)
    {
        var query = await ReadAsync(options, cancellationToken);
        return new LogsVmResponse
        {
            VmId = query.Vm.Id.ToString(),
            Name = query.Vm.Spec?.Name,
            Lines = query.Console
                ? [.. ConsoleText.LastLines(query.Vm.Folder, query.Lines).Select(text => new VmLogLine { Source = LogQuery.ConsoleSource, Text = text })]
                : await ReadLogAsync(query, cancellationToken),
        };
    }

    /// <summary>What is asked for, checked.</summary>
    /// <exception cref="AetherscaleException">There is no such VM, or the options make no sense.</exception>
    public async Task<LogQuery> ReadAsync(LogsVmOptions options, CancellationToken cancellationToken)
    {
        if (options.Lines is < 0 or > MaxLines)
        {
            throw new AetherscaleException(BadRequest, $"\"lines\" must be from 0 to {MaxLines}.");
        }

        if (options is { Console: true, Since: not null })
        {
            throw new AetherscaleException(BadRequest, "\"since\" is not for the console: its lines have no time.");
        }

        var since = DateTimeOffset.MinValue;
        if (options.Since is { } text && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out since))
        {
            throw new AetherscaleException(BadRequest, "\"since\" must be a time such as 2026-01-31T08:00:00Z.");
        }

        var vm = await VmTurn.FindAsync(store, locks, options.VmId, cancellationToken);
        return new LogQuery(vm, options.Console, options.Lines ?? DefaultLines, since);
    }

    private async Task<IReadOnlyList<VmLogLine>> ReadLogAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var events = await history.ReadAsync(query.Vm, query.Lines);
        var journal = await Task.Run(() => UnitLog.ReadLast(query.Vm.Id, scope, query.Lines, query.Since), cancellationToken);
        return UnitLog.Merge(journal, events, query.Lines, query.Since);
    }
}

/// <summary>Which lines of which VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Console">The guest's console, instead of the journal.</param>
/// <param name="Lines">The last so many.</param>
/// <param name="Since">None that are older.</param>
internal sealed record LogQuery(Vm Vm, bool Console, int Lines, DateTimeOffset Since)
{
    public const string ConsoleSource = "console";
}
