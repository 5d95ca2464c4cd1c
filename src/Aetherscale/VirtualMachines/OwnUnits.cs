using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>The unit files of this state folder. Each names the folder; one that names another is never touched.</summary>
internal sealed class OwnUnits(UnitFolder folder, SystemdManager systemd, DataFolder data)
{
    private const string Mark = "X-Aetherscale-State";

    /// <summary>Whose units they are.</summary>
    public SystemdScope Scope => folder.Scope;

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
    /// does not need it: systemd reads that one when it is started. One whose file was away runs on without what the file says.
    /// </summary>
    public async Task RefreshAsync(string unit, CancellationToken cancellationToken)
    {
        if (await systemd.GetStateAsync(unit, cancellationToken) is { NeedDaemonReload: true } or { LoadState: not UnitLoadState.Loaded })
        {
            await systemd.ReloadAsync(cancellationToken);
        }
    }

    /// <summary>Whether the unit's file carries this state folder's mark.</summary>
    public bool IsMarked(string unit) => OwnerOf(folder.Read(unit)) == data.Path;

    /// <summary>Whether no other state folder has units here.</summary>
    public bool IsAlone() => !Directory.EnumerateFiles(folder.Folder, "aetherscale-*.service")
        .Select(path => OwnerOf(folder.Read(Path.GetFileName(path))))
        .Any(owner => owner is not null && owner != data.Path);

    /// <summary>By whole lines: one that was cut off names nobody.</summary>
    private static string? OwnerOf(string? text) =>
        text?.Split('\n')[..^1].FirstOrDefault(line => line.StartsWith(Mark + '=', StringComparison.Ordinal))?[(Mark.Length + 1)..];

    private void CheckOwner(string unit, string? text)
    {
        var owner = OwnerOf(text);
        if (owner is not null && owner != data.Path)
        {
            throw new AetherscaleException(
                UnitForeign,
                $"{folder.PathOf(unit)} belongs to the daemon of {owner}. Give this daemon a network of another name (setting \"network\").");
        }
    }
}
