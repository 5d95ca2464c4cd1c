using System.Security.Cryptography;
using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging;

/// <summary>What tells one message from another; the same text twice gives the same twice.</summary>
/// <param name="ReplyTo">Where its requester waits; null when nobody does.</param>
/// <param name="CorrelationId">The requester's own mark.</param>
/// <param name="MessageId">The requester's id for it.</param>
/// <param name="BodyDigest">Of the body's bytes, hexadecimal.</param>
internal readonly record struct MessageKey(string? ReplyTo, string? CorrelationId, string? MessageId, string BodyDigest)
{
    /// <summary>What is too long to be read is not hashed to its end either.</summary>
    public static MessageKey Of(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) => new(
        properties.ReplyTo,
        properties.CorrelationId,
        properties.MessageId,
        Convert.ToHexString(SHA256.HashData(body[..Math.Min(body.Length, ApiRoutes.MaxRequestBytes + 1)])));
}

/// <summary>Where a message came in, and how the broker is told that it is done with.</summary>
/// <param name="Session">The number of the session.</param>
/// <param name="Tag">Known to that session alone.</param>
internal readonly record struct Delivery(int Session, ulong Tag);
