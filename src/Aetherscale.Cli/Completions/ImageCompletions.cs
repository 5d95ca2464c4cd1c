using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names of images.</summary>
internal sealed class ImageCompletions(Session session) : WordCompletions(session, CommandNames.ListImages)
{
    protected override IEnumerable<string?> WordsOf(Reply reply) =>
        reply.Read(Replies.Json.IReadOnlyListImageSummary).Select(image => image.Name);
}
