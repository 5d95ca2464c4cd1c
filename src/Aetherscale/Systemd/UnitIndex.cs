using Aetherscale.Files;

namespace Aetherscale.Systemd;

/// <summary>
/// Which units of a folder have a file and which start at boot, for questions about many at once: what was read is kept while
/// the kernel tells of no change.
/// </summary>
internal sealed class UnitIndex(UnitFolder units) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FolderWatch _watch = new();
    private Content? _known;

    /// <summary>What stands in the folder now.</summary>
    public Content Look()
    {
        lock (_gate)
        {
            var changes = _watch.Take(out var wasLost);
            if (_known is null || wasLost || changes.Any(IsOfFolder))
            {
                // Where no unit was ever enabled the second is not there, and the first will tell of it.
                var isWatched = _watch.TryAdd(units.Folder)
                    && (_watch.TryAdd(units.WantsFolder) || !Directory.Exists(units.WantsFolder));
                var all = new Content(NamesIn(units.Folder), NamesIn(units.WantsFolder).Where(units.IsEnabled).ToHashSet());
                _known = isWatched ? all : null;
                return all;
            }

            if (changes.Count > 0)
            {
                _known = Update(_known, changes);
            }

            return _known;
        }
    }

    public void Dispose() => _watch.Dispose();

    private bool IsOfFolder((string Folder, string Name) change) =>
        change.Name.Length == 0 || Path.Combine(change.Folder, change.Name) == units.WantsFolder;

    private static HashSet<string> NamesIn(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Where(UnitFolder.IsName)]
            : [];

    private Content Update(Content known, IReadOnlyList<(string Folder, string Name)> changes)
    {
        // Whoever was given the old sets may still read them.
        var files = new HashSet<string>(known.Files);
        var enabled = new HashSet<string>(known.Enabled);
        foreach (var (folder, name) in changes.Where(change => UnitFolder.IsName(change.Name)))
        {
            var (set, isThere) = folder == units.Folder ? (files, units.Contains(name)) : (enabled, units.IsEnabled(name));
            _ = isThere ? set.Add(name) : set.Remove(name);
        }

        return new Content(files, enabled);
    }

    /// <param name="Files">The names of all files.</param>
    /// <param name="Enabled">The names of those units that start at boot.</param>
    internal sealed record Content(IReadOnlySet<string> Files, IReadOnlySet<string> Enabled);
}
