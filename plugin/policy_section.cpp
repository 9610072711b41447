#include "plugin/policy_section.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <cstring>
#include <string>

#include "glimpse/wire/compiled.h"

namespace glimpse::plugin {

void add_policy_section(llvm::Module& module, const Unit& unit) {
  const wire::CompiledPolicy header{wire::kCompiledVersion, static_cast<std::uint32_t>(unit.policy.path.size()),
                                    static_cast<std::uint32_t>(unit.policy_text.size()), 0};
  std::string bytes(sizeof(header), '\0');
  std::memcpy(bytes.data(), &header, sizeof(header));
  bytes += unit.policy.path + unit.policy_text;
  bytes.resize((bytes.size() + 7) / 8 * 8);

  const std::string name = "__glimpse_policy_" + unit.policy.sha256.substr(0, 16);
  llvm::Constant* value = llvm::ConstantDataArray::getString(module.getContext(), bytes, /*AddNull=*/false);
  auto* policy = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::LinkOnceODRLinkage, value, name);
  policy->setVisibility(llvm::GlobalValue::HiddenVisibility);
  policy->setComdat(module.getOrInsertComdat(name));
  policy->setSection(wire::kPolicySection);
  policy->setAlignment(llvm::Align(8));
  llvm::appendToUsed(module, {policy});
}

}  // namespace glimpse::plugin
