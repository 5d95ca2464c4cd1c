using System.Text.Json;
using Aetherscale.Files;

namespace Aetherscale.Requests;

/// <summary>
/// The requests of the last day, a file each: <c>.begun</c> before anything is made for it, <c>.done</c> with the response that
/// repetitions get. What these calls write is on disk when they return.
/// </summary>
/// <param name="folder"><c>&lt;data&gt;/requests</c>; made with its first file.</param>
/// <param name="time">For the files' age.</param>
internal sealed class RequestFolder(string folder, TimeProvider time)
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;
    private const string Begun = ".begun";
    private const string Done = ".done";

    /// <summary>A request may be repeated for so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>What is remembered of a request, and whether it is known to be done.</summary>
    public (RequestRecord Record, bool IsDone)? Find(RequestKey key) =>
        Read(key, Done) is { } done ? (done, true)
        : Read(key, Begun) is { } begun ? (begun, false)
        : null;

    /// <summary>All that is remembered. Each file is read.</summary>
    public IEnumerable<RequestRecord> All() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Where(path => path.EndsWith(Done, StringComparison.Ordinal) || path.EndsWith(Begun, StringComparison.Ordinal))
            .Select(Read).OfType<RequestRecord>()
        : [];

    /// <summary>Notes that the request is about to be carried out, and the response that it will have if it is.</summary>
    public void Begin(RequestRecord record) => Write(record, Begun);

    /// <summary>Notes that the request has taken effect with the response that <see cref="Begin"/> noted.</summary>
    public void Keep(RequestKey key)
    {
        File.Move(PathOf(key, Begun), PathOf(key, Done), overwrite: true);
        DurableFile.SyncFolder(folder);
    }

    /// <summary>Takes back that it has taken effect, and not that it was begun.</summary>
    public void Reopen(RequestKey key)
    {
        if (FileStatus.Of(PathOf(key, Done)) is not null)
        {
            File.Move(PathOf(key, Done), PathOf(key, Begun), overwrite: true);
            DurableFile.SyncFolder(folder);
        }
    }

    /// <summary>Notes a request that has taken effect with its response.</summary>
    public void Keep(RequestRecord record)
    {
        Write(record, Done);
        File.Delete(PathOf(record.Key, Begun));
    }

    /// <summary>Forgets a request: it has had no effect.</summary>
    public void Forget(RequestKey key)
    {
        foreach (var path in new[] { PathOf(key, Begun), PathOf(key, Done) })
        {
            if (FileStatus.Of(path) is not null)
            {
                File.Delete(path);
                DurableFile.SyncFolder(folder);
            }
        }
    }

    /// <summary>Removes what a killed daemon left half written. Only before anything is written.</summary>
    public void RemoveUnfinished()
    {
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*" + DurableFile.TemporarySuffix))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Removes what is too old, and the oldest where there is too much.</summary>
    /// <param name="maxFiles">So many may stay.</param>
    /// <param name="maxBytes">And so much in them.</param>
    public void Tidy(int maxFiles, long maxBytes)
    {
        var horizon = time.GetUtcNow() - Kept;
        foreach (var file in new DirectoryInfo(folder) is { Exists: true } present
            ? present.EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc)
            : Enumerable.Empty<FileInfo>())
        {
            maxBytes -= file.Length;
            if (--maxFiles < 0 || maxBytes < 0 || file.LastWriteTimeUtc < horizon)
            {
                file.Delete();
            }
        }
    }

    private string PathOf(RequestKey key, string state) => $"{folder}/{key.FileName}{state}";

    private void Write(RequestRecord record, string state)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, FolderMode);
            DurableFile.SyncFolder(Path.GetDirectoryName(folder)!);
        }

        DurableFile.Replace(PathOf(record.Key, state), JsonSerializer.SerializeToUtf8Bytes(record, RequestJson.Default.RequestRecord), FileMode);
    }

    private RequestRecord? Read(RequestKey key, string state) => Read(PathOf(key, state)) is { } record && record.Key == key ? record : null;

    /// <summary>Null also for what is too old, or was never written by us.</summary>
    private RequestRecord? Read(string path)
    {
        try
        {
            return FileStatus.Of(path) is { Kind: FileKind.Regular }
                && JsonSerializer.Deserialize(StateFile.Read(path, Beneath.Name), RequestJson.Default.RequestRecord) is { Format: RequestRecord.CurrentFormat } record
                && time.GetUtcNow() - record.Accepted < Kept
                ? record
                : null;
        }
        catch (Exception error) when (error is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
