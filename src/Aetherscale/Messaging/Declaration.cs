using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging;

/// <summary>Declares queues and exchanges. What is there already with other arguments is used as it is, and told once.</summary>
internal sealed class Declaration(ILogger<Declaration> logger)
{
    private const ushort AccessRefused = 403;
    private const ushort NotFound = 404;

    private readonly HashSet<string> _told = [];

    public Task QueueAsync(
        IConnection connection, string name, bool durable, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        DeclareAsync(
            connection,
            name,
            channel => channel.QueueDeclareAsync(name, durable, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken),
            channel => channel.QueueDeclarePassiveAsync(name, cancellationToken),
            cancellationToken);

    public Task ExchangeAsync(IConnection connection, string name, string kind, bool durable, CancellationToken cancellationToken) =>
        DeclareAsync(
            connection,
            name,
            channel => channel.ExchangeDeclareAsync(name, kind, durable, autoDelete: false, cancellationToken: cancellationToken),
            channel => channel.ExchangeDeclarePassiveAsync(name, cancellationToken),
            cancellationToken);

    /// <summary>The broker closes a channel that declares something otherwise than it is; what is there will do as it is.</summary>
    private async Task DeclareAsync(
        IConnection connection, string name, Func<IChannel, Task> declare, Func<IChannel, Task> take, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await declare(channel);
        }
        catch (OperationInterruptedException error) when (connection.IsOpen && error.ShutdownReason?.ReplyCode != NotFound)
        {
            try
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                await take(channel);
            }
            catch (OperationInterruptedException) when (error.ShutdownReason?.ReplyCode == AccessRefused)
            {
                // It is not there, which would be no matter if we might make it.
                throw error;
            }

            if (_told.Add(name))
            {
                MessagingLog.TakenAsItIs(logger, name, Quoted.Plain(error.ShutdownReason?.ReplyText ?? error.Message));
            }
        }
    }
}
