using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>The unit files of this state folder. Each names the folder; one that names another is never touched.</summary>
internal sealed class OwnUnits(UnitFolder folder, SystemdManager systemd, DataFolder data)
{
    private const string Mark = "X-Aetherscale-State";

    /// <summary>Adds the mark to a unit that is being rendered, in its section <c>Unit</c>.</summary>
    public static UnitText Sign(UnitText text, string dataFolder) => text.Set(Mark, dataFolder);

    /// <summary>Writes the unit if it is missing or not what it should be.</summary>
    /// <exception cref="AetherscaleException"><c>unit-foreign</c>: it belongs to another daemon's state.</exception>
    public void Write(string unit, string text)
    {
        var present = folder.Read(unit);
        if (present != text)
        {
            CheckOwner(unit, present);
            folder.Write(unit, text);
        }
    }

    /// <summary>
    /// Has systemd read a unit again that it loaded before the file was changed. That is slow, and one that is not loaded
    /// does not need it: systemd reads that one when it is started.
    /// </summary>
    public async Task RefreshAsync(string unit, CancellationToken cancellationToken)
    {
        if (await systemd.GetStateAsync(unit, cancellationToken) is { NeedDaemonReload: true })
        {
            await systemd.ReloadAsync(cancellationToken);
        }
    }

    /// <summary>The state folder that a unit's text names; null when it names none.</summary>
    public static string? OwnerOf(string? text) =>
        text?.Split('\n').FirstOrDefault(line => line.StartsWith(Mark + '=', StringComparison.Ordinal))?[(Mark.Length + 1)..];

    private void CheckOwner(string unit, string? text)
    {
        if (OwnerOf(text) is { } owner && owner != data.Path)
        {
            throw new AetherscaleException(
                UnitForeign,
                $"{folder.PathOf(unit)} belongs to the daemon of {owner}. Give this daemon a network of another name (setting \"network\").");
        }
    }
}
