using System.Security.Cryptography;
using System.Text.Json;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>
/// From the bytes of a request to the reply, whichever door it came in by. Every failure becomes an error reply here and
/// nowhere else.
/// </summary>
internal sealed class CommandRouter(
    IReadOnlyDictionary<string, Route> routes, string host, IFleet? fleet, ExpiredCommands expired, TimeProvider time, ILogger<CommandRouter> logger)
{
    /// <summary>Runs the command. It is not given up when its requester goes away: the token is the daemon's own end.</summary>
    public async Task<Reply> RunAsync(ReadOnlyMemory<byte> body, Requester requester, CancellationToken stopping)
    {
        RequestEnvelope? request = null;
        try
        {
            request = RequestReader.Read(body);
            request = request with { RequestId = request.RequestId ?? IdFrom(requester) };
            var route = routes.GetValueOrDefault(request.Command) ?? throw Unknown(request.Command);
            CheckDeadline(request, requester);
            var isCarriedOutHere = false;
            if (fleet?.TryRun(request, body, requester, HereAsync, stopping) is { } run)
            {
                var reply = await run;
                if (!isCarriedOutHere)
                {
                    RouterLog.DoneByTheFleet(logger, request.Command, requester.Name, request.RequestId);
                }

                return reply;
            }

            return request.Host is { } other && other != host && !requester.IsForThisHost
                ? throw new AetherscaleException(NoFleet, $"This daemon is {host}, and has no broker by which to reach {Quoted.Of(other)}.")
                : await CarryOutAsync(route, request, requester, stopping);

            Task<Reply> HereAsync(Requester who)
            {
                isCarriedOutHere = true;
                return CarryOutAsync(route, request, who, stopping);
            }
        }
#pragma warning disable CA1031 // The one place where every failure becomes an answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Refuse(error, request, requester);
        }
    }

    /// <summary>A session at a guest of another host.</summary>
    /// <returns>Null: the VM is this host's, or nobody's.</returns>
    public async Task<IGuestSession?> TryReachAsync(
        string command, string vm, Func<string, JsonElement> options, Requester requester, CancellationToken cancellationToken) =>
        await TryOpenAsync(command, vm, options, requester, cancellationToken) is { } stream ? new FarGuestSession(stream, time) : null;

    /// <summary>The same for what only comes from there.</summary>
    public async Task<IConnectedClient?> TryOpenAsync(
        string command, string vm, Func<string, JsonElement> options, Requester requester, CancellationToken cancellationToken)
    {
        var stream = fleet is null ? null : await fleet.TryOpenStreamAsync(command, vm, options, requester, cancellationToken);
        if (stream is not null)
        {
            RouterLog.DoneByTheFleet(logger, command, requester.Name, null);
        }

        return stream;
    }

    /// <summary>The reply for a failure that came about before or after the command itself.</summary>
    public Reply Refuse(Exception error, RequestEnvelope? request, Requester requester)
    {
        var (code, reason) = error switch
        {
            AetherscaleException known => (known.Code, known.Message),
            IOException full when FileErrors.IsNoSpace(full) => (NoSpace, $"There is no room left: {full.Message}"),
            OperationCanceledException => (InternalError, "The daemon is stopping; ask again once it is back."),
            _ => (InternalError, "Something went wrong in the daemon; its log tells what, under this request id."),
        };
        var requestId = request?.RequestId ?? IdFrom(requester) ?? (code == InternalError ? RandomNumberGenerator.GetHexString(16, lowercase: true) : null);
        if (code == InternalError)
        {
            RouterLog.Failed(logger, error, request?.Command, requester.Name, requestId);
        }
        else
        {
            RouterLog.Refused(logger, request is null ? null : Quoted.Plain(request.Command), requester.Name, code, reason);
            if (error.InnerException is { } cause)
            {
                RouterLog.Cause(logger, cause, code);
            }
        }

        return new Reply(new ExecutionInfo
        {
            Status = ExecutionInfo.Error,
            Host = host,
            Code = code,
            Reason = reason,
            RequestId = requestId,
        });
    }

    /// <summary>A command was dropped before it came here, because nobody took it in time.</summary>
    public void CountExpired() => expired.Count();

    private async Task<Reply> CarryOutAsync(Route route, RequestEnvelope request, Requester requester, CancellationToken stopping)
    {
        // Decided once: a command that has begun has begun, and one that came too late is counted once.
        var beginning = new Lazy<bool>(() =>
        {
            CheckDeadline(request, requester);
            return true;
        });
        var asker = requester.IsDeadlineForTheWay ? requester : requester with { Begin = () => _ = beginning.Value };
        var writeResponse = await route(request, asker, stopping);
        RouterLog.Done(logger, request.Command, requester.Name, request.RequestId);
        return new Reply(new ExecutionInfo { Status = ExecutionInfo.Success, Host = host, RequestId = request.RequestId }, writeResponse);
    }

    private void CheckDeadline(RequestEnvelope request, Requester requester)
    {
        if (requester.DeadlineOf(request) is { } deadline && deadline < time.GetUtcNow())
        {
            expired.Count();
            throw new AetherscaleException(
                DeadlinePassed, $"The command was to be begun by {deadline:u} and came later, so it is not carried out; send it again if it is still wanted.");
        }
    }

    private static string? IdFrom(Requester requester) => RequestReader.IsRequestId(requester.RequestId) ? requester.RequestId : null;

    private AetherscaleException Unknown(string command) => new(
        UnknownCommand, $"There is no command {Quoted.Of(command)}; there are: {string.Join(", ", routes.Keys.Order(StringComparer.Ordinal))}.");
}

internal static partial class RouterLog
{
    [LoggerMessage(LogLevel.Information, "{Command} from {Requester}: done (request {RequestId})")]
    public static partial void Done(ILogger logger, string command, string requester, string? requestId);

    [LoggerMessage(LogLevel.Information, "{Command} from {Requester}: seen to by the fleet (request {RequestId})")]
    public static partial void DoneByTheFleet(ILogger logger, string command, string requester, string? requestId);

    [LoggerMessage(LogLevel.Information, "{Command} from {Requester}: refused, {Code}: {Reason}")]
    public static partial void Refused(ILogger logger, string? command, string requester, string code, string reason);

    /// <summary>The reason was written to do without it; whoever looks for more asks for more.</summary>
    [LoggerMessage(LogLevel.Debug, "What was behind {Code}")]
    public static partial void Cause(ILogger logger, Exception cause, string code);

    [LoggerMessage(LogLevel.Error, "{Command} from {Requester}: failed (request {RequestId})")]
    public static partial void Failed(ILogger logger, Exception error, string? command, string requester, string? requestId);
}
