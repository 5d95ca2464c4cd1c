using System.Runtime.CompilerServices;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aetherscale.Api;

/// <summary>
/// <c>PUT /v1/images?name=…</c>: <c>import-image</c> with the image as the request's body, or from a URL, while the requester is told how
/// far it is. The import ends with the connection.
/// </summary>
internal sealed class ImagesEndpoint(CommandRouter router, EventStream stream, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan s_betweenFrames = TimeSpan.FromMilliseconds(200);

    public Task HandleAsync(HttpContext context)
    {
        // An image may be of any size, and come as slowly as whoever makes it is.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        context.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
        var upload = new ImageUpload(context.Request.Body, context.Request.ContentLength);
        var requester = context.Features.GetRequiredFeature<Requester>() with { Gone = context.RequestAborted, Upload = upload };
        var body = JsonSerializer.SerializeToUtf8Bytes(RequestOf(context.Request.Query), ContractJson.Wire.RequestEnvelope);
        return stream.WriteAsync(context, over => FramesAsync(body, requester, upload, over), CancellationToken.None);
    }

    private async IAsyncEnumerable<StreamFrame> FramesAsync(
        byte[] body, Requester requester, ImageUpload upload, [EnumeratorCancellation] CancellationToken over)
    {
        var work = router.RunAsync(body, requester, stopping);
        try
        {
            var last = upload.Progress();
            while (await Task.WhenAny(work, Task.Delay(s_betweenFrames, time, over)) != work)
            {
                over.ThrowIfCancellationRequested();
                if (upload.Progress() is var now && now != last)
                {
                    last = now;
                    yield return StreamFrame.Of(now);
                }
            }
        }
        finally
        {
            // It reads the request's body, which is there no longer than we are.
            await work;
        }

        yield return StreamFrame.Of(await work);
    }

    /// <summary>Every member is a text; what does not belong there is refused where all requests are checked.</summary>
    private static RequestEnvelope RequestOf(IQueryCollection query)
    {
        using var options = new MemoryStream();
        using (var writer = new Utf8JsonWriter(options))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in query)
            {
                writer.WriteString(name, value.ToString());
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(options.ToArray());
        return new RequestEnvelope { Command = CommandNames.ImportImage, Options = document.RootElement.Clone() };
    }
}
