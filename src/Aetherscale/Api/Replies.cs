using Aetherscale.Commands;

namespace Aetherscale.Api;

/// <summary>Writes a reply envelope as an HTTP response.</summary>
internal static class Replies
{
    public static async Task WriteAsync(HttpContext context, Reply reply, int? status = null)
    {
        context.Response.StatusCode = status ?? ErrorStatus.Of(reply);
        context.Response.ContentType = "application/json";
        var body = reply.ToJson();
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
