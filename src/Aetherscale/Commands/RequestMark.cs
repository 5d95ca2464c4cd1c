using Aetherscale.Contract;
using Aetherscale.Requests;

namespace Aetherscale.Commands;

/// <summary>What a request is known by on another host that may have carried it out.</summary>
/// <param name="Digest">What is asked for.</param>
/// <param name="Id">The request's id.</param>
/// <param name="Scope">Whose id that is: <see cref="Requester.Scope"/>.</param>
internal readonly record struct RequestMark(string Digest, string Id, string Scope)
{
    /// <summary>Null for a request without an id.</summary>
    public static RequestMark? Of(RequestEnvelope request, Requester requester) => request.RequestId is { } id
        ? new RequestMark(RequestDigest.Of(request.Command, request.Options), id, requester.Scope)
        : null;

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static RequestMark? Parse(string text) =>
        text.Split('\n', 3) is [var digest, var id, var scope] ? new RequestMark(digest, id, scope) : null;

    /// <summary>A line for each part.</summary>
    public override string ToString() => $"{Digest}\n{Id}\n{Scope}";
}
