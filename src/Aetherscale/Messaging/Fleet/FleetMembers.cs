using System.Text.Json;
using Aetherscale.Files;

namespace Aetherscale.Messaging.Fleet;

/// <summary>The hosts that this one has heard of, and when. It is kept in a file: a host that is away must not be forgotten because another restarts.</summary>
/// <param name="file">A JSON object of names and instants. A file that cannot be read counts as empty: whoever answers is heard of again.</param>
/// <param name="self">This host.</param>
/// <param name="time">For when.</param>
internal sealed class FleetMembers(string file, string self, TimeProvider time)
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, DateTimeOffset> _seen = Read(file);
    private bool _hasNew;

    /// <summary>Every host, this one among them, in the order of their names.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen.Keys.Append(self).Distinct().Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The same without this one, in the order of their names.</summary>
    public IReadOnlyList<string> Others
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen.Keys];
            }
        }
    }

    public DateTimeOffset? LastSeen(string host)
    {
        lock (_gate)
        {
            return _seen.TryGetValue(host, out var seen) ? seen : null;
        }
    }

    public bool Knows(string host)
    {
        lock (_gate)
        {
            return host == self || _seen.ContainsKey(host);
        }
    }

    /// <summary>The host has said something just now.</summary>
    public void Heard(string host)
    {
        if (host == self)
        {
            return;
        }

        lock (_gate)
        {
            _hasNew |= !_seen.ContainsKey(host);
            _seen[host] = time.GetUtcNow();
        }
    }

    /// <summary>Another host knows of it.</summary>
    public void HeardOf(string host)
    {
        lock (_gate)
        {
            _hasNew |= host != self && _seen.TryAdd(host, default);
        }
    }

    public void Forget(string host)
    {
        lock (_gate)
        {
            if (_seen.Remove(host))
            {
                Write();
            }
        }
    }

    /// <summary>Keeps hosts that are not in the file yet: where many come at a time, it is written once.</summary>
    public void SaveNew()
    {
        lock (_gate)
        {
            if (_hasNew)
            {
                Write();
            }
        }
    }

    /// <summary>Keeps when each was last heard.</summary>
    public void Save()
    {
        lock (_gate)
        {
            Write();
        }
    }

    private static SortedDictionary<string, DateTimeOffset> Read(string file)
    {
        var seen = new SortedDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        try
        {
            using var stream = new FileStream(Beneath.OpenFile(file, Libc.ReadOnly, guarded: Beneath.Name), FileAccess.Read);
            using var document = JsonDocument.Parse(stream);
            foreach (var host in document.RootElement.EnumerateObject())
            {
                seen[host.Name] = host.Value.GetDateTimeOffset();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            // None is known yet.
        }

        return seen;
    }

    private void Write()
    {
        _hasNew = false;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var (host, seen) in _seen)
            {
                writer.WriteString(host, seen);
            }

            writer.WriteEndObject();
        }

        try
        {
            DurableFile.Replace(file, buffer.GetBuffer().AsSpan(0, (int)buffer.Length), OwnerFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is known as long as this daemon runs, and written with the next change.
        }
    }
}
