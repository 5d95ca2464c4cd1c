using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>
/// Fetches a file by HTTP into a folder of its own, and what is missing when the connection breaks, now or on a later try: ranges
/// are asked for only where the server says that it is still the same file.
/// </summary>
/// <param name="imagesFolder">Where the folders of downloads are made.</param>
/// <param name="patience">How long a server may say nothing.</param>
/// <param name="time">For that, and for the pauses between tries.</param>
internal sealed class Download(string imagesFolder, TimeSpan patience, TimeProvider time) : IDisposable
{
    private const int MaximumTries = 5;
    private const int MaximumListBytes = 4 << 20;
    private const int ChunkSize = 256 * 1024;

    /// <summary>When so much is there, it is looked at: what it holds can be told by then, packed or not.</summary>
    private const int FirstBytes = 1 << 20;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = true,
        MaxAutomaticRedirections = 10,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = patience,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <exception cref="AetherscaleException"><c>bad-request</c>: no URL that is fetched.</exception>
    public static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            ? url
            : throw new AetherscaleException(BadRequest, $"{Quoted.Of(text)} is no URL that can be fetched: it begins with http:// or https://, and holds no password.");

    /// <summary>Fetches the file, or the rest of it. One at a time for each URL.</summary>
    /// <param name="url">Of the file.</param>
    /// <param name="meter">Counts what is there.</param>
    /// <param name="cancellation">Ends it; what is there stays for a day.</param>
    /// <exception cref="AetherscaleException"><c>import-failed</c>.</exception>
    public Task<DownloadedFile> FetchAsync(Uri url, ImportMeter meter, CancellationToken cancellation) =>
        FetchAsync(url, anew: false, null, meter, cancellation);

    /// <summary>The same; what is refused by its beginning is not fetched to its end.</summary>
    /// <param name="url">Of the file.</param>
    /// <param name="refuse">Looks at the beginning; what it throws is the end of the download, and of what has come.</param>
    /// <param name="meter">Counts what is there.</param>
    /// <param name="cancellation">As above.</param>
    public Task<DownloadedFile> FetchAsync(Uri url, Func<Stream, Task> refuse, ImportMeter meter, CancellationToken cancellation) =>
        FetchAsync(url, anew: false, refuse, meter, cancellation);

    /// <summary>The same for what is as good as its date: nothing that an earlier try has left is used.</summary>
    public Task<DownloadedFile> FetchAnewAsync(Uri url, ImportMeter meter, CancellationToken cancellation) =>
        FetchAsync(url, anew: true, null, meter, cancellation);

    private async Task<DownloadedFile> FetchAsync(Uri url, bool anew, Func<Stream, Task>? refuse, ImportMeter meter, CancellationToken cancellation)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)))[..16];
        var turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        var file = new DownloadedFile($"{imagesFolder}/{ImportFolder.DownloadPrefix}{key}", turn);
        try
        {
            if (anew)
            {
                file.Remove();
            }

            await FetchAllAsync(url, file, refuse, meter, cancellation);
            return file;
        }
        catch (AetherscaleException error) when (error.Code is ImageUnsafe or ImageTooBig)
        {
            file.Remove();
            file.Release();
            throw;
        }
        catch (Exception)
        {
            file.Release();
            throw;
        }
    }

    /// <summary>A short text beside the file, such as a list of checksums; null when there is none.</summary>
    /// <exception cref="AetherscaleException"><c>import-failed</c>: that cannot be told.</exception>
    public async Task<string?> ReadBesideAsync(Uri file, string name, CancellationToken cancellation)
    {
        var url = new Uri(file, name);
        using var silence = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
            {
                return null;
            }

            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var list = new byte[MaximumListBytes];
            var count = await body.ReadAtLeastAsync(list, list.Length, throwOnEndOfStream: false, either.Token);
            return Encoding.UTF8.GetString(list, 0, count);
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Failed(url, error);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task FetchAllAsync(Uri url, DownloadedFile file, Func<Stream, Task>? refuse, ImportMeter meter, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var before = file.Length;
            try
            {
                await FetchRestAsync(url, file, refuse, meter, cancellation);
                return;
            }
            catch (Exception error) when (IsPassing(error) && !cancellation.IsCancellationRequested)
            {
                // Whoever makes headway is not given up.
                tries = file.Length > before ? 0 : tries;
                if (tries == MaximumTries)
                {
                    throw Failed(url, error);
                }
            }
            catch (HttpRequestException error) when (!cancellation.IsCancellationRequested)
            {
                throw Failed(url, error);
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }

            await Task.Delay(TimeSpan.FromSeconds(1 << tries), time, cancellation);
        }
    }

    private async Task FetchRestAsync(Uri url, DownloadedFile file, Func<Stream, Task>? refuse, ImportMeter meter, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        var known = file.StateOf(url);
        var from = known?.Validator is null ? 0 : file.Length;
        if (from > 0 && from == known!.Length)
        {
            file.IsFromBefore = true;
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            request.Headers.TryAddWithoutValidation("If-Range", known!.Validator);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // It is not the file that it was.
            file.Clear();
            throw new IOException("the server does not know the rest of the file any more");
        }

        response.EnsureSuccessStatusCode();
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != from)
        {
            file.Clear();
            from = 0;
            file.Note(new DownloadState { Url = url.AbsoluteUri, Validator = ValidatorOf(response), Length = response.Content.Headers.ContentLength });
        }

        meter.Begin(ImportStage.Downloading, response.Content.Headers.ContentLength + from, from);
        await using var body = await response.Content.ReadAsStreamAsync(either.Token);
        using var part = file.OpenToAppend();
        var chunk = new byte[ChunkSize];
        for (int count; (count = await body.ReadAsync(chunk, either.Token)) > 0; from += count)
        {
            RandomAccess.Write(part, chunk.AsSpan(0, count), from);
            meter.Add(count);
            silence.CancelAfter(patience);
            if (refuse is not null && from < FirstBytes && from + count >= FirstBytes)
            {
                await using var start = file.OpenToRead();
                await refuse(start);
            }
        }
    }

    private static string? ValidatorOf(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : response.Content.Headers.LastModified?.ToString("r");

    private static bool IsPassing(Exception error) => error switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests,
        HttpRequestException http => http.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError),
        IOException io => !Files.FileErrors.IsNoSpace(io),
        OperationCanceledException => true,
        _ => false,
    };

    private AetherscaleException Failed(Uri url, Exception error)
    {
        var why = error switch
        {
            HttpRequestException { StatusCode: { } status } => $"the server answers {(int)status} ({status})",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } inner } => $"no safe connection: {inner.Message.TrimEnd('.')}",
            OperationCanceledException => $"the server says nothing for {patience.TotalSeconds} s",
            _ => error.Message.TrimEnd('.'),
        };
        var advice = IsPassing(error) ? "; what has come is kept for a day: try again" : "";
        return new AetherscaleException(ImportFailed, $"{Quoted.Plain(url.AbsoluteUri)} cannot be fetched: {why}{advice}", error);
    }
}
