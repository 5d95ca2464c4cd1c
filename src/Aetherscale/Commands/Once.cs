using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Aetherscale.Contract;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>
/// Has commands that change something take effect once, however often their request comes: a repetition gets the first
/// one's response. Only requests with an id, and only those that succeeded: what failed may be tried again.
/// </summary>
internal sealed class Once(RequestFolder requests, VmStore store, VmLocks locks, TimeProvider time, ILogger<Once> logger)
{
    /// <summary>A request may come again for so long.</summary>
    public static readonly TimeSpan Kept = RequestFolder.Kept;

    private const int MaxFiles = 10_000;
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>So many requests make one per cent of what may be kept.</summary>
    private const int TidyAfter = 100;

    private readonly ConcurrentDictionary<RequestKey, Run> _running = new();
    private readonly Channel<bool> _untidy = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _kept;

    /// <summary>The same route for a command that changes something. In line at its VM it gets as soon as without this.</summary>
    public Route Wrap(Route route) => (request, requester, stopping) => request.RequestId is null
        ? route(request, requester, stopping)
        : RunAsync(route, request, requester, stopping);

    /// <summary>What the request is answered that was carried out here, or is being; null where it was not.</summary>
    public async Task<JsonElement?> RecallAsync(RequestMark mark, CancellationToken stopping)
    {
        var key = new RequestKey(mark.Scope, mark.Id);
        if (_running.TryGetValue(key, out var running) && running.BodySha256 == mark.Digest)
        {
            try
            {
                return await running.Response.WaitAsync(stopping);
            }
            catch (AetherscaleException)
            {
                return null;
            }
        }

        return requests.Find(key) is { } known && known.Record.BodySha256 == mark.Digest && (known.IsDone || await TookEffectAsync(known.Record, stopping))
            ? known.Record.Response
            : null;
    }

    /// <summary>The ids of the VMs that were made here by requests that may come again, whether or not they are there still.</summary>
    public IReadOnlyList<string> MadeLately() =>
        [.. requests.All().Where(record => record.Command == CommandNames.CreateVm).Select(record => IdIn(record.Response)).OfType<string>()];

    /// <summary>Forgets what is old, now and then; at first, before it returns, also what the last daemon left half written.</summary>
    public async Task TidyAsync(CancellationToken stopping)
    {
        Try(requests.RemoveUnfinished);
        while (!stopping.IsCancellationRequested)
        {
            Try(() => requests.Tidy(MaxFiles, MaxBytes));
            using var due = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_untidy.Reader.ReadAsync(due.Token).AsTask(), Task.Delay(TimeSpan.FromHours(1), time, due.Token));
            await due.CancelAsync();
        }
    }

    private void Try(Action tidy)
    {
        try
        {
            tidy();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            OnceLog.Untidy(logger, error);
        }
    }

    private async Task<Action<Utf8JsonWriter>> RunAsync(Route route, RequestEnvelope request, Requester requester, CancellationToken stopping)
    {
        var record = new RequestRecord
        {
            Format = RequestRecord.CurrentFormat,
            Requester = requester.Scope,
            RequestId = request.RequestId!,
            Command = request.Command,
            BodySha256 = RequestDigest.Of(request.Command, request.Options),
            Accepted = time.GetUtcNow(),
            Response = default,
        };
        var mine = new Run(record.BodySha256);
        var running = _running.GetOrAdd(record.Key, mine);
        if (running != mine)
        {
            CheckSame(running.BodySha256, record);
            return Write(await running.Response.WaitAsync(stopping));
        }

        try
        {
            var response = await AnswerAsync(route, request, requester, record, stopping);
            mine.Succeed(response);
            return Write(response);
        }
        catch (Exception error)
        {
            mine.Fail(error);
            throw;
        }
        finally
        {
            _running.TryRemove(record.Key, out _);
        }
    }

    private async Task<JsonElement> AnswerAsync(
        Route route, RequestEnvelope request, Requester requester, RequestRecord record, CancellationToken stopping)
    {
        if (requests.Find(record.Key) is { } known)
        {
            CheckSame(known.Record.BodySha256, record);
            if (known.IsDone || await TookEffectAsync(known.Record, stopping))
            {
                OnceLog.Repeated(logger, request.Command, requester.Name, record.RequestId);
                return known.Record.Response;
            }
        }

        var intent = new Intent(requests, record, logger);
        try
        {
            var response = ToElement(await route(request, requester with { Intent = intent }, stopping));
            Keep(intent, record with { Response = response });
            return response;
        }
        catch (Exception) when (intent.Promise is { Outcome: VmOutcome.Made })
        {
            // It has taken its VM back. A removal that has begun is finished some time: that promise stays.
            requests.Forget(record.Key);
            throw;
        }
    }

    private static string? IdIn(JsonElement response) =>
        response.ValueKind == JsonValueKind.Object && response.TryGetProperty("vm-id", out var id) ? id.GetString() : null;

    /// <summary>Whether a request that was cut off together with its daemon has taken effect after all.</summary>
    private async Task<bool> TookEffectAsync(RequestRecord begun, CancellationToken stopping)
    {
        if (!VmId.TryParse(begun.VmId, out var id))
        {
            return false;
        }

        // Whoever finishes it is before us.
        using var turn = await locks.AcquireAsync(id, stopping);
        var vm = store.TryFind(id);
        var tookEffect = begun.Outcome == VmOutcome.Made ? vm is { IsDeleting: false } : vm is null;
        if (!tookEffect)
        {
            return false;
        }

        requests.Keep(begun.Key);
        return true;
    }

    /// <summary>What has been done stays done, whether or not that can be noted.</summary>
    private void Keep(Intent intent, RequestRecord record)
    {
        try
        {
            if (intent.Promise is not { } promise || !JsonElement.DeepEquals(promise.Response, record.Response))
            {
                requests.Keep(record);
            }
            else if (!intent.IsKept)
            {
                requests.Keep(record.Key);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            OnceLog.NotKept(logger, error, record.Command, record.RequestId);
        }

        if (Interlocked.Increment(ref _kept) % TidyAfter == 0)
        {
            _untidy.Writer.TryWrite(true);
        }
    }

    private static void CheckSame(string digest, RequestRecord request)
    {
        if (digest != request.BodySha256)
        {
            throw new AetherscaleException(
                RequestIdConflict, $"The request id \"{request.RequestId}\" was used for another request within the last 24 hours; take a new one.");
        }
    }

    private static JsonElement ToElement(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static Action<Utf8JsonWriter> Write(JsonElement response) => response.WriteTo;

    /// <summary>A request that is being carried out.</summary>
    private sealed class Run(string bodySha256)
    {
        private readonly TaskCompletionSource<JsonElement> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string BodySha256 => bodySha256;

        public Task<JsonElement> Response => _response.Task;

        public void Succeed(JsonElement response) => _response.SetResult(response);

        public void Fail(Exception error)
        {
            _response.SetException(error);

            // Mostly nobody else waits for it.
            _ = _response.Task.Exception;
        }
    }
}

internal static partial class OnceLog
{
    [LoggerMessage(LogLevel.Information, "{Command} from {Requester}: was done before (request {RequestId})")]
    public static partial void Repeated(ILogger logger, string command, string requester, string requestId);

    [LoggerMessage(LogLevel.Warning, "{Command} is done, but request {RequestId} could not be noted: it would be carried out again")]
    public static partial void NotKept(ILogger logger, Exception error, string command, string requestId);

    [LoggerMessage(LogLevel.Warning, "Old requests could not be removed")]
    public static partial void Untidy(ILogger logger, Exception error);
}
