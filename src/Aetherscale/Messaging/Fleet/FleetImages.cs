using System.Security.Cryptography;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Commands.Hosts;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Finds images on other hosts, and has their content come in by the broker: hosts listen on no ports.</summary>
internal sealed class FleetImages(FleetHost me, Gathering gathering, Forwarding forwarding, TimeProvider time)
{
    public ImagesElsewhere Through(FleetLink link) => new(
        (name, cancellation) => FindAsync(link, name, cancellation), (image, cancellation) => OpenAsync(link, image, cancellation));

    private async Task<FoundImages> FindAsync(FleetLink link, string name, CancellationToken cancellation)
    {
        var options = JsonSerializer.SerializeToElement(new ImageOptions { Name = name }, ContractJson.Wire.ImageOptions);
        var question = Request(CommandNames.ShowImage, options);
        var gathered = await gathering.AskAllAsync(link, FleetMessage.Command, ToJson(question), cancellation);
        var known = gathered.Answers
            .Where(answer => answer.Host != me.Name)
            .Select(answer => (answer.Host, Image: Details(answer.Body)))
            .Where(one => one.Image is { Hint: null });
        var found = await Task.WhenAll(known.Select(one => ReadAsync(link, one.Host!, one.Image!, options, cancellation)));

        // Where many hosts lack it at once, they do not all turn to the same one.
        var images = found.OfType<ImageElsewhere>().ToArray();
        RandomNumberGenerator.Shuffle(images.AsSpan());
        return new FoundImages(images, gathered.Unanswered);
    }

    /// <summary>A file that was dropped in has no digest before it is read.</summary>
    /// <returns>Null where it cannot be used, or the host has gone meanwhile.</returns>
    private async Task<ImageElsewhere?> ReadAsync(FleetLink link, string host, ImageDetails image, JsonElement options, CancellationToken cancellation)
    {
        try
        {
            var read = image.Digest is null ? Details((await AskAsync(link, host, Request(CommandNames.ReadImage, options), cancellation)).ToJson()) : image;
            return read?.Digest is { } digest ? new ImageElsewhere(host, digest, read.Size, read.Firmware) : null;
        }
        catch (AetherscaleException error) when (error.Code == HostUnreachable)
        {
            return null;
        }
    }

    private Task<IConnectedClient> OpenAsync(FleetLink link, ImageElsewhere image, CancellationToken cancellation) => FleetStreams.OpenAsync(
        link,
        queue =>
        {
            var options = new SendImageOptions { Digest = image.Digest, Queue = queue };
            var request = Request(CommandNames.SendImage, JsonSerializer.SerializeToElement(options, ContractJson.Wire.SendImageOptions));
            return AskAsync(link, image.Host, request, cancellation);
        },
        time,
        cancellation);

    private async Task<Reply> AskAsync(FleetLink link, string host, RequestEnvelope request, CancellationToken cancellation)
    {
        var asker = new Requester($"amqp host={me.Name}", WaitsByDefault: true) { Door = "amqp", Scope = "amqp" };
        return await forwarding.TryRelayAsync(link, host, new Outgoing(request, ToJson(request), asker), cancellation)
            ?? throw new AetherscaleException(HostUnreachable, $"{host} does not answer.");
    }

    private static RequestEnvelope Request(string command, JsonElement options) => new() { Command = command, Options = options };

    private static byte[] ToJson(RequestEnvelope request) => JsonSerializer.SerializeToUtf8Bytes(request, ContractJson.Wire.RequestEnvelope);

    private static ImageDetails? Details(ReadOnlyMemory<byte> reply)
    {
        try
        {
            return ReplyPart.ResponseIn(reply) is { } response ? JsonSerializer.Deserialize(response.Span, ContractJson.Tolerant.ImageDetails) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
