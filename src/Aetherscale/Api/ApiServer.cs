using System.Net.Sockets;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Aetherscale.Api;

/// <summary>The HTTP door: Kestrel on a Unix socket of our own or on the one that systemd hands over.</summary>
internal static class ApiServer
{
    /// <summary>The first descriptor that systemd passes (sd_listen_fds(3)).</summary>
    private const ulong FirstListenDescriptor = 3;

    /// <summary>A message that is too long is read up to here, so that its sender can be told.</summary>
    private const int MaxDrainedBytes = 64 * ApiRoutes.MaxRequestBytes;

    /// <summary>A client that leaks connections must not use up our file descriptors: VMs are watched through them.</summary>
    private const int MaxConnections = 1000;

    /// <summary>Each of these has a process of its own.</summary>
    private const int MaxGuestConnections = 250;

    /// <summary>Well within the unit's TimeoutStopSec=.</summary>
    private static readonly TimeSpan s_lastReplies = TimeSpan.FromSeconds(5);

    /// <summary>Has Kestrel listen, for the owner, root and perhaps a group.</summary>
    public static void Listen(KestrelServerOptions options, string socketPath, PeerCheck peers, uint? group, ILogger logger)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MaxDrainedBytes;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxConcurrentUpgradedConnections = MaxGuestConnections;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        if (ApiSocket.IsHandedOver)
        {
            options.ListenHandle(FirstListenDescriptor, listener => listener.Use(peers.Wrap).Use(HalfClose.Wrap));
            ApiLog.Listening(logger, "the socket that systemd handed over");
            return;
        }

        ApiSocket.MakeWay(socketPath, group);
        options.ListenUnixSocket(socketPath, listener => listener.Use(peers.Wrap).Use(HalfClose.Wrap));
        ApiLog.Listening(logger, socketPath);
    }

    /// <summary>
    /// Has a flush wait until all is with the kernel: whoever ends one direction of a connection must know that nothing is
    /// left behind. (0 would mean: never wait.)
    /// </summary>
    public static void Configure(SocketTransportOptions options) => options.MaxWriteBufferSize = 1;

    public static void Map(
        WebApplication app, CommandsEndpoint commands, ConnectEndpoint connect, ConsoleEndpoint console, OtherwiseEndpoint otherwise)
    {
        app.MapPost(ApiRoutes.Commands, commands.HandleAsync);
        app.MapGet(ApiRoutes.Connect, connect.HandleAsync);
        app.MapGet(ApiRoutes.Console, console.HandleAsync);

        // MapFallback would leave out what looks like a file's name.
        app.Map("/{**path}", otherwise.HandleAsync);
    }

    /// <summary>What is read for as long as its reader likes.</summary>
    public static void MapStreams(WebApplication app, EventsEndpoint events, LogsEndpoint logs, ImagesEndpoint images)
    {
        app.MapPut(ApiRoutes.Images, images.HandleAsync);
        app.MapGet(ApiRoutes.Events, events.HandleAsync);
        app.MapGet(ApiRoutes.Logs, logs.HandleAsync);
    }

    /// <exception cref="IOException">The socket cannot be made.</exception>
    public static async Task StartAsync(IHost app, string socket, CancellationToken stop)
    {
        try
        {
            await app.StartAsync(stop);
        }
        catch (SocketException error)
        {
            throw new IOException($"{socket} cannot be made ({error.Message}); look whether there is room where it is to be.", error);
        }
    }

    /// <summary>Gives up what is under way, and waits until its requesters have been told so; not for long.</summary>
    /// <param name="app">It serves still.</param>
    /// <param name="stopping">Ends commands and guest connections.</param>
    /// <param name="time">Bounds the wait.</param>
    public static async Task StopAsync(IHost app, CancellationTokenSource stopping, TimeProvider time)
    {
        await stopping.CancelAsync();
        using var patience = new CancellationTokenSource(s_lastReplies, time);
        try
        {
            await app.StopAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // Whoever is still there sees the connection end.
        }
    }
}
