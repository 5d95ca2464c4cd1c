using Aetherscale.Commands;

namespace Aetherscale.Api;

/// <summary>Writes a reply envelope as an HTTP response.</summary>
internal static class Replies
{
    public static async Task WriteAsync(HttpContext context, Reply reply, int? status = null)
    {
        context.Response.StatusCode = status ?? ErrorStatus.Of(reply);
        context.Response.ContentType = "application/json";
        var pieces = reply.ToPieces();
        context.Response.ContentLength = pieces.Sum(piece => (long)piece.Length);
        foreach (var piece in pieces)
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        }
    }
}
