using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>The unit files of this state folder. Each names the folder; one that names another is never touched.</summary>
internal sealed class OwnUnits(UnitFolder folder, SystemdManager systemd, DataFolder data)
{
    private const string Mark = "X-Aetherscale-State";

    /// <summary>Adds the mark to a unit that is being rendered, in its section <c>Unit</c>.</summary>
    public static UnitText Sign(UnitText text, string dataFolder) => text.Set(Mark, dataFolder);

    /// <summary>Writes the units that are missing or not what they should be.</summary>
    /// <exception cref="AetherscaleException"><c>unit-foreign</c>: one belongs to another daemon's state.</exception>
    public async Task UpdateAsync(IReadOnlyList<(string Unit, string Text)> units, CancellationToken cancellationToken)
    {
        foreach (var (unit, text) in units)
        {
            var present = folder.Read(unit);
            if (present != text)
            {
                CheckOwner(unit, present);
                folder.Write(unit, text);
            }
        }

        // systemd reads a unit that it has not loaded when it is started; only a loaded one needs the slow reload.
        foreach (var (unit, _) in units)
        {
            if (await systemd.GetUnitAsync(unit, cancellationToken) is { NeedDaemonReload: true })
            {
                await systemd.ReloadAsync(cancellationToken);
            }
        }
    }

    private void CheckOwner(string unit, string? text)
    {
        var owner = text?.Split('\n').FirstOrDefault(line => line.StartsWith(Mark + '=', StringComparison.Ordinal))?[(Mark.Length + 1)..];
        if (owner is not null && owner != data.Path)
        {
            throw new AetherscaleException(
                UnitForeign,
                $"{folder.PathOf(unit)} belongs to the daemon of {owner}. Give this daemon a network of another name (setting \"network\").");
        }
    }
}
