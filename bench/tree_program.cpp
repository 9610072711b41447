// A search tree for bench/peers: insertions and look-ups, of which each fifth throws through the frames of its path.
//
// tree_program BURSTS SIZE PAUSE_MS prints the median of nanoseconds per burst; a burst makes a tree of SIZE keys.
#include <stdexcept>

#include "bursts.h"

namespace tree {

struct Node {
  unsigned key;
  Node* left = nullptr;
  Node* right = nullptr;
};

struct Missing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[gnu::noinline]] unsigned scramble(unsigned key) {
  __asm__ volatile("");
  return key * 2654435761u;
}

[[gnu::noinline]] bool before(const Node& node, unsigned key) {
  __asm__ volatile("");
  return key < node.key;
}

[[gnu::noinline]] Node* insert(Node* at, Node* fresh) {
  if (at == nullptr) return fresh;
  Node*& side = before(*at, fresh->key) ? at->left : at->right;
  side = insert(side, fresh);
  return at;
}

[[gnu::noinline]] unsigned find(const Node* at, unsigned key) {
  if (at == nullptr) throw Missing("no such key");
  if (at->key == key) return key;
  return find(before(*at, key) ? at->left : at->right, key) + 1;
}

[[gnu::noinline]] unsigned look_up(const Node* root, unsigned key) {
  try {
    return find(root, key);
  } catch (const Missing&) {
    return 0;
  }
}

[[gnu::noinline]] unsigned burst(std::vector<Node>& nodes) {
  Node* root = nullptr;
  for (unsigned i = 0; i < nodes.size(); ++i) {
    nodes[i] = {scramble(i)};
    root = insert(root, &nodes[i]);
  }
  unsigned sum = 0;
  for (unsigned i = 0; i < nodes.size(); ++i) sum += look_up(root, scramble(i) + (i % 5 == 0 ? 1 : 0));
  return sum;
}

}  // namespace tree

UNTRACED int main(int count, char** arguments) {
  const bursts::Shape shape = bursts::shape_of(count, arguments);
  std::vector<tree::Node> nodes(static_cast<std::size_t>(shape.size));
  volatile unsigned sink = 0;
  std::printf("%.1f\n", bursts::median_ns(shape, [&]() UNTRACED { sink = tree::burst(nodes); }));
}
