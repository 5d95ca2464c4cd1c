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
internal sealed class ImagesEndpoint(ProgressStream progress)
{
    public Task HandleAsync(HttpContext context)
    {
        // An image may be of any size, and come as slowly as whoever makes it is.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        context.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
        var upload = new ImageUpload(context.Request.Body, context.Request.ContentLength);
        var requester = context.Features.GetRequiredFeature<Requester>() with { Gone = context.RequestAborted };
        var body = JsonSerializer.SerializeToUtf8Bytes(RequestOf(context.Request.Query), ContractJson.Wire.RequestEnvelope);
        return progress.WriteAsync(context, body, requester, upload);
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
