using System.Text.Json;
using Aetherscale.Contract;

namespace Aetherscale.Api;

/// <summary>Writes a reply envelope as an HTTP response.</summary>
internal static class Replies
{
    public static async Task WriteAsync(HttpContext context, ReplyEnvelope reply, int? status = null)
    {
        context.Response.StatusCode = status ?? ErrorStatus.Of(reply);
        context.Response.ContentType = "application/json";
        var body = JsonSerializer.SerializeToUtf8Bytes(reply, ContractJson.Wire.ReplyEnvelope);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
